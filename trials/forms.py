"""Fields that several forms share, and the filters of the list of participants."""

from collections.abc import Sequence
from typing import Any

from django import forms

from trials.models import Site, Subject

DAY_FORMATS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y")


class DayField(forms.DateField):
    """A calendar day. What could be read in two ways, such as 03/04/2024, is not taken."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "required": "Type the day.",
            "invalid": "Type the day as year-month-day, such as 2026-03-12, or as 12 Mar 2026.",
        }
        super().__init__(input_formats=DAY_FORMATS, error_messages=messages, **kwargs)


class WordsField(forms.CharField):
    """A few words of the person's own: a reason, a note."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, asks: str = "Say why, in a few words.", **kwargs: Any) -> None:
        super().__init__(max_length=2000, error_messages={"required": asks}, **kwargs)


class SubjectFilterForm(forms.Form):
    """Narrows the list of participants; the address it makes can be sent to a colleague."""

    q = forms.CharField(label="Number contains", required=False, max_length=40)
    site = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", "Every status"), *Subject.Status.choices])

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Every site"), *((site.code, str(site)) for site in sites)]
        self.fields["site"].choices = choices  # type: ignore[attr-defined]
