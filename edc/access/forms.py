"""Forms for accounts and memberships."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from edc import clock
from edc.access.roles import ROLES, Role


class KeyedForm(forms.Form):
    """A form that makes something new. Its hidden key lets a second click find what the first one made."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=clock.new_id)


class AccountForm(KeyedForm):
    """Opens an account."""

    name = forms.CharField(label="Printed name", max_length=200)
    username = forms.CharField(label="User name", max_length=150, help_text="Never given to anybody else later.")
    email = forms.EmailField(label="E-mail", required=False, help_text="For reminders of visits.")
    organisation = forms.CharField(max_length=200, required=False)
    password = forms.CharField(
        label="First password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. The owner replaces it at the first log-in.",
    )


class DetailsForm(forms.Form):
    """Corrects what is printed of an account."""

    name = forms.CharField(label="Printed name", max_length=200)
    email = forms.EmailField(label="E-mail", required=False)
    organisation = forms.CharField(max_length=200, required=False)
    reason = forms.CharField(max_length=500, required=False, help_text="Needed when something that was there changes.")


class MembershipForm(KeyedForm):
    """Gives a role. The sites are those of the trials that the administrator looks after."""

    place = forms.ChoiceField(label="Trial and site")
    role = forms.ChoiceField(choices=[(role.value, ROLES[role].label) for role in Role])
    starts_on = forms.DateField(
        label="First day",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="Year, month, day, such as 2026-12-01, from midnight UTC. Leave empty for now.",
        error_messages={"invalid": "Type the day as year-month-day, such as 2026-12-01."},
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="Year, month, day, such as 2026-12-31, until midnight UTC. Leave empty for no end.",
        error_messages={"invalid": "Type the day as year-month-day, such as 2026-12-31."},
    )

    def __init__(self, *args: Any, trials: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[Any, Any]] = {}
        for trial in trials:
            self.places[str(trial.pk)] = (trial, None)
            self.places |= {str(site.pk): (trial, site) for site in trial.sites.all()}
        cast(forms.ChoiceField, self.fields["place"]).choices = [
            (key, f"{trial.code}, {f'site {site.code} {site.name}' if site else 'all sites'}")
            for key, (trial, site) in self.places.items()
        ]


class ReasonForm(forms.Form):
    """Asks why, and nothing else."""

    reason = forms.CharField(
        label="Reason", max_length=500, error_messages={"required": "Say why. The reason goes into the audit trail."}
    )
