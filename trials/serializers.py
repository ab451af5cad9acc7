"""Trials, sites, protocol versions and participants as the API shows them."""

from rest_framework import serializers

from edc.rest.fields import Choice, Day, Input, Key, Output, Reason, Text
from edc.rest.paging import PageParameters
from trials.models import ProtocolVersion, Subject

SUBJECT_ORDERS = {
    "label": ("label",),
    "-label": ("label",),
    "screened_on": ("screened_on",),
    "-screened_on": ("screened_on",),
}


class TrialShape(Output):
    """A trial."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField()
    revision = serializers.IntegerField()


class SiteShape(Output):
    """A site, with the protocol version in force there."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    time_zone = serializers.CharField()
    protocol_version = serializers.CharField(source="protocol_version.version")
    protocol_since = serializers.DateField()
    revision = serializers.IntegerField()


class VersionShape(Output):
    """A version of the protocol, and where it is in force."""

    id = serializers.UUIDField()
    version = serializers.CharField()
    sha256 = serializers.CharField(help_text="SHA-256 of the protocol's canonical text.")
    loaded_at = serializers.DateTimeField()
    sites = serializers.SerializerMethodField(help_text="Codes of the sites where it is in force.")

    def get_sites(self, version: ProtocolVersion) -> list[str]:
        return sorted(site.code for site in version.sites.all())


class SubjectShape(Output):
    """A participant. `arm` is null before it is assigned, and for whoever may not know it."""

    id = serializers.UUIDField()
    trial = serializers.CharField(source="trial.code")
    site = serializers.CharField(source="site.code")
    label = serializers.CharField(help_text="The participant number.")  # type: ignore[assignment]  # of this name
    status = serializers.ChoiceField(Subject.Status.choices)
    screened_on = serializers.DateField()
    enrolled_on = serializers.DateField(allow_null=True)
    consent_withdrawn_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    end_note = serializers.CharField()
    protocol_version = serializers.CharField(source="protocol_version.version")
    arm = serializers.SerializerMethodField(help_text="The arm in words, where it may be known.")
    revision = serializers.IntegerField()

    def get_arm(self, subject: Subject) -> str | None:
        label: str | None = self.context["arms"].get(subject.pk)
        return label


class SubjectParameters(PageParameters):
    """What the list of participants is narrowed to, and its order."""

    order = Choice(list(SUBJECT_ORDERS), required=False, default="label", help_text="The order of the list.")
    site = Text(required=False, default="", max_length=20, help_text="A site's code.")
    status = Choice(Subject.Status.choices, required=False, default="", help_text="One status.")
    text = Text(required=False, default="", max_length=40, help_text="A part of the participant number.")


class ConsentShape(Output):
    """Consent to one version of the information."""

    id = serializers.UUIDField()
    version = serializers.CharField()
    consented_on = serializers.DateField()
    withdrawn_on = serializers.DateField(allow_null=True)


class ConsentStateShape(Output):
    """Where consent stands: every consent given, and the version that is asked for now."""

    history = ConsentShape(many=True)
    in_use = serializers.CharField(help_text="The version in use at the site today; empty when there is none.")
    in_force = serializers.BooleanField()
    withdrawn_on = serializers.DateField(allow_null=True)
    sentence = serializers.CharField(help_text="The same in words.")


class Screening(Input):
    """A participant to be screened. The same key twice is one participant."""

    key = Key(help_text="Becomes the participant's id.")
    site = Text(max_length=20, help_text="The site's code.")
    consent_version = Text(max_length=40)
    consented_on = Day()
    screened_on = Day()


class ConsentGiven(Input):
    """Consent to a version."""

    version = Text(max_length=40)
    consented_on = Day()


class ConsentWithdrawn(Input):
    """Consent taken back on a day."""

    on = Day()
    reason = Reason()


class ArmChoice(Input):
    """The arm, where the investigator chooses it. The password is that of whoever assigns."""

    key = Key(help_text="Becomes the allocation's id: the same message twice assigns once.")
    arm = Text(required=False, default="", allow_blank=True, max_length=40, help_text="The arm's code.")
    note = Text(allow_blank=True, help_text="Why this participant receives this arm.")
    assigned_on = Day(required=False, allow_null=True, default=None, help_text="Today at the site when left out.")
    password = Text(max_length=400, trim_whitespace=False, help_text="Typed again, since this cannot be undone.")


class Ending(Input):
    """How a participation ended."""

    status = Text(max_length=20, help_text="One of the ways that the protocol names: completed, withdrawn, lost, died.")
    on = Day()
    note = Text(allow_blank=True)


class ScreenFailure(Input):
    """That a participant does not enter the trial, and why."""

    on = Day()
    reason = Text(allow_blank=True)
