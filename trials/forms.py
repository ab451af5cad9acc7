"""Fields that several forms share, and the filters of the list of participants."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms

from trials.models import Site, Subject
from trials.rules.dates import day_in_words
from trials.rules.partial_date import DateError, parse_date

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that a day in a trial can have; anything else is a slip of the keyboard."""


class DayField(forms.Field):
    """A calendar day, typed as it is spoken. What could be read in two ways, such as 03/04/2024, is not taken.

    What was typed stays in the field as it was typed.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def __init__(self, *, help_text: str = "Such as 12 Mar 2026, or 2026-03-12.", **kwargs: Any) -> None:
        super().__init__(help_text=help_text, error_messages={"required": "Type the day."}, **kwargs)

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            day = parse_date(text)
        except DateError as error:
            raise forms.ValidationError(str(error)) from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"The year {day.year} is not possible here. Check the year.")
        return day

    def prepare_value(self, value: Any) -> Any:
        return day_in_words(value) if isinstance(value, date) else value


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
        cast(forms.ChoiceField, self.fields["site"]).choices = choices
