"""The forms of the trail pages: what to show, and the remark of a review."""

from typing import Any

from django import forms

from edc.access.roles import ROLES
from edc.audit.models import Act
from edc.trail.filters import TrailFilter

MOMENTS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ"]
NOT_A_DATE = "Write the date as 2026-03-31, with the time if you like: 2026-03-31 14:30."


class FilterForm(forms.Form):
    """What the trail is narrowed to. Lives in the address, so that it can be sent to a colleague."""

    site = forms.CharField(required=False, max_length=20)
    subject = forms.CharField(label="Participant", required=False, max_length=40)
    form = forms.CharField(required=False, max_length=40)
    item = forms.CharField(required=False, max_length=40)
    user = forms.CharField(label="Person", required=False, max_length=150)
    role = forms.ChoiceField(required=False)
    operation = forms.CharField(required=False, max_length=100)
    outcome = forms.ChoiceField(required=False, choices=[("", "done or refused"), *Act.Outcome.choices])
    since = forms.DateTimeField(
        label="From (UTC)", required=False, input_formats=MOMENTS, error_messages={"invalid": NOT_A_DATE}
    )
    until = forms.DateTimeField(
        label="To (UTC)", required=False, input_formats=MOMENTS, error_messages={"invalid": NOT_A_DATE}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = [("", "any role"), *((facts.label, facts.label) for facts in ROLES.values())]
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def narrowed(self) -> TrailFilter:
        """Return the filter; parts that cannot be read narrow nothing, and the form says so."""
        self.full_clean()
        said = getattr(self, "cleaned_data", {})
        return TrailFilter(**{name: value for name, value in said.items() if value})


class ReviewForm(forms.Form):
    """The remark of whoever read a stretch of the trail."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    up_to = forms.UUIDField(widget=forms.HiddenInput)
    remark = forms.CharField(
        label="What you looked at, and what you found",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say in a sentence what you looked at and what you found."},
    )
