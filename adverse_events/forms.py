"""The filters of the list of a trial's events."""

from typing import Any, cast

from django import forms

from adverse_events.queries.events import WHICH


class EventFilters(forms.Form):
    """Narrows the list of events; the address it makes can be sent to a colleague."""

    which = forms.ChoiceField(label="Seriousness", required=False, choices=[("", "All"), *WHICH.items()])
    grade = forms.ChoiceField(required=False)
    site = forms.ChoiceField(required=False)
    participant = forms.CharField(required=False, max_length=40)

    def __init__(self, *args: Any, grades: list[tuple[str, str]], sites: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["grade"]).choices = [("", "Every grade"), *grades]
        cast(forms.ChoiceField, self.fields["site"]).choices = [("", "Every site"), *sites]
