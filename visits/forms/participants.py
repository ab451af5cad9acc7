"""Forms of the steps of a participation: screening, consent, eligibility, arm, end."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from edc.access.forms import KeyedForm
from edc.errors import NeedsPassword, Refused
from trials.forms import DayField, WordsField
from trials.models import Site, Subject
from trials.protocol import Protocol
from trials.protocol.schema.identity import ConsentVersion, Criterion
from trials.rules.eligibility import MET, NOT_MET, UNKNOWN_YET, in_words

CHOOSE = {"required": "Choose one.", "invalid_choice": "Choose one of the answers."}


def show_refusal(form: forms.Form, refusal: Refused, otherwise: str | None = None) -> None:
    """Put the sentences of a refusal beside the fields they concern; the rest beside one field, or on top."""
    if isinstance(refusal, NeedsPassword) and "password" in form.fields:
        form.add_error("password", refusal.message)
        return
    for name, sentences in refusal.field_errors.items():
        form.add_error(name if name in form.fields else otherwise, list(sentences))
    if not refusal.field_errors:
        form.add_error(otherwise, refusal.message)


def version_choices(versions: Sequence[ConsentVersion]) -> list[tuple[str, str]]:
    """Consent versions, the latest first, as a person knows them."""
    ordered = sorted(versions, key=lambda one: one.starts, reverse=True)
    return [(one.version, one.label.text() if one.label else f"Version {one.version}") for one in ordered]


class ScreeningForm(KeyedForm):
    """Takes a participant into screening."""

    site = forms.ChoiceField(error_messages=CHOOSE)
    consent_version = forms.ChoiceField(
        label="Version of the consent form", help_text="The one that the participant signed.", error_messages=CHOOSE
    )
    consented_on = DayField(label="Day of consent")
    screened_on = DayField(label="Day of screening")

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.code: site for site in sites}
        versions = {one.version: one for site in sites for one in site.protocol_version.protocol.consent.versions}
        cast(forms.ChoiceField, self.fields["site"]).choices = [
            *([("", "Choose a site")] if len(sites) > 1 else []),
            *((code, str(site)) for code, site in self.sites.items()),
        ]
        cast(forms.ChoiceField, self.fields["consent_version"]).choices = version_choices(list(versions.values()))


class ConsentForm(forms.Form):
    """Records consent to a version."""

    version = forms.ChoiceField(label="Version of the consent form", error_messages=CHOOSE)
    consented_on = DayField(label="Day of consent")

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["version"]).choices = version_choices(protocol.consent.versions)


class WithdrawalForm(forms.Form):
    """Records that consent was withdrawn."""

    on = DayField(label="Day of withdrawal")
    reason = WordsField(
        label="Why", help_text="In the participant's words, or that no reason was given.", asks="Say why."
    )


class JudgementForm(forms.Form):
    """The investigator's judgement on one criterion."""

    verdict = forms.ChoiceField(label="Judgement", widget=forms.RadioSelect, error_messages=CHOOSE)
    note = forms.CharField(required=False, max_length=2000, help_text="Needed when a judgement changes.")

    def __init__(self, data: Any = None, *, criterion: Criterion, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, prefix=criterion.id, initial=initial)
        self.criterion = criterion
        cast(forms.ChoiceField, self.fields["verdict"]).choices = [
            (verdict, in_words(criterion, verdict)) for verdict in (MET, NOT_MET, UNKNOWN_YET)
        ]


class ArmForm(KeyedForm):
    """Assigns the arm. The password stands in the same form."""

    arm = forms.ChoiceField(widget=forms.RadioSelect, error_messages=CHOOSE)
    assigned_on = DayField(label="Day of assignment")
    note = WordsField(label="Why this arm", asks="Say why this participant receives this arm.")
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password to confirm this."},
    )

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        question = protocol.allocation.question
        self.fields["arm"].label = question.text() if question else "Arm"
        cast(forms.ChoiceField, self.fields["arm"]).choices = [(arm.code, arm.label.text()) for arm in protocol.arms]


class EndForm(forms.Form):
    """Ends a screening or a participation."""

    status = forms.ChoiceField(label="How it ended", widget=forms.RadioSelect, error_messages=CHOOSE)
    on = DayField(label="Day it ended")
    note = WordsField(label="Why")

    def __init__(self, *args: Any, ways: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Subject.Status.choices)
        cast(forms.ChoiceField, self.fields["status"]).choices = [(way, str(labels[way]).capitalize()) for way in ways]
