"""The trial as it is run: protocol versions, sites, participants, consent, eligibility and the arm."""

from collections.abc import Callable

from django.db import models

from edc import clock
from edc.audit.guard import Audited, Reference, Unblinding
from edc.audit.recording import Scope
from trials.protocol import Protocol


class Trial(Audited):
    """One trial, known by its registry number or the sponsor's code."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=500)

    class Meta(Audited.Meta):
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def scope(self) -> Scope:
        return Scope(trial_id=self.pk, trial_code=self.code)


_compiled: dict[str, Protocol] = {}


def compiled(sha256: str, canonical: Callable[[], str]) -> Protocol:
    """Return the protocol with this hash, built once per process; its long text is fetched only for that."""
    if sha256 not in _compiled:
        _compiled[sha256] = Protocol.model_validate_json(canonical())
    return _compiled[sha256]


class ProtocolVersion(Reference):
    """One version of a trial's protocol, exactly as it was loaded. Entries remember theirs."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="protocol_versions")
    version = models.CharField(max_length=40)
    sha256 = models.CharField("SHA-256", max_length=64)
    canonical = models.TextField()
    source = models.TextField()
    loaded_at = models.DateTimeField()

    class Meta(Reference.Meta):
        ordering = ("loaded_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["trial", "version"], name="protocol_version_once"),
            models.UniqueConstraint(fields=["trial", "sha256"], name="protocol_text_once"),
        )

    def __str__(self) -> str:
        return f"version {self.version}"

    @property
    def protocol(self) -> Protocol:
        """The protocol itself, ready to use."""
        return compiled(self.sha256, lambda: self.canonical)

    def scope(self) -> Scope:
        return self.trial.scope()


class Site(Audited):
    """A place where the trial runs, with the protocol version in force there."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="sites")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60)
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="sites")
    protocol_since = models.DateField()

    class Meta(Audited.Meta):
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=["trial", "code"], name="site_code_once_per_trial"),)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def scope(self) -> Scope:
        return Scope(trial_id=self.trial_id, site_id=self.pk, trial_code=self.trial.code, site_code=self.code)


class Subject(Audited):
    """A participant, known by a number that shows the site."""

    class Status(models.TextChoices):
        SCREENING = "screening", "in screening"
        SCREEN_FAILED = "screen_failed", "screen failure"
        ON_STUDY = "on_study", "on study"
        COMPLETED = "completed", "completed"
        WITHDRAWN = "withdrawn", "withdrawn"
        LOST = "lost", "lost to follow-up"
        DIED = "died", "died"

    ENDED = (Status.SCREEN_FAILED, Status.COMPLETED, Status.WITHDRAWN, Status.LOST, Status.DIED)

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="subjects")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="subjects")
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    label = models.CharField("participant number", max_length=40)
    status = models.CharField(max_length=20, choices=Status, default=Status.SCREENING)
    screened_on = models.DateField()
    consent_withdrawn_on = models.DateField(null=True, blank=True)
    enrolled_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    end_note = models.TextField(blank=True)

    class Meta(Audited.Meta):
        verbose_name = "participant"
        constraints = (
            models.UniqueConstraint(fields=["site", "number"], name="subject_number_once_per_site"),
            models.UniqueConstraint(fields=["trial", "label"], name="subject_label_once_per_trial"),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(status__in=["screen_failed", "completed", "withdrawn", "lost", "died"]),
                name="subject_ends_with_a_reason",
            ),
        )
        indexes = (models.Index(fields=["site", "label"], name="subject_by_site"),)

    def __str__(self) -> str:
        return self.label

    @property
    def protocol(self) -> Protocol:
        """The protocol version that this participant follows."""
        return self.protocol_version.protocol

    @property
    def has_ended(self) -> bool:
        """Whether the participation is over, for whatever reason."""
        return self.status in self.ENDED

    def scope(self) -> Scope:
        return Scope(
            trial_id=self.trial_id,
            site_id=self.site_id,
            subject_id=self.pk,
            trial_code=self.trial.code,
            site_code=self.site.code,
            subject_label=self.label,
        )


class OfSubject(Audited):
    """A fact about one participant, sealed in that participant's chain."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta(Audited.Meta):
        abstract = True

    def scope(self) -> Scope:
        return self.subject.scope()

    def chain(self) -> str:
        return f"subject:{self.subject_id}"


class Consent(OfSubject):
    """Consent to one version of the information, on one day; a new version asks for consent again."""

    version = models.CharField(max_length=40)
    consented_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta(OfSubject.Meta):
        constraints = (
            models.UniqueConstraint(fields=["subject", "version"], name="consent_once_per_version"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_on__isnull=True) | models.Q(withdrawn_on__gte=models.F("consented_on")),
                name="consent_withdrawn_after_given",
            ),
        )

    def __str__(self) -> str:
        return f"consent version {self.version}"


class EligibilityVerdict(OfSubject):
    """One criterion for one participant: met or not, decided by a rule or by the investigator, and on what.

    `evidence` keeps the values that decided it, with their units, as they were.
    """

    class Verdict(models.TextChoices):
        MET = "met", "met"
        NOT_MET = "not_met", "not met"
        UNKNOWN = "unknown", "not known yet"

    class DecidedBy(models.TextChoices):
        RULE = "rule", "rule"
        INVESTIGATOR = "investigator", "investigator"

    criterion = models.CharField(max_length=40)
    verdict = models.CharField(max_length=10, choices=Verdict)
    decided_by = models.CharField(max_length=20, choices=DecidedBy)
    note = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")

    class Meta(OfSubject.Meta):
        constraints = (models.UniqueConstraint(fields=["subject", "criterion"], name="verdict_once_per_criterion"),)

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_verdict_display()}"


class Allocation(Unblinding):
    """The arm of one participant. A table of its own, so that no other row ever tells it."""

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="allocation")
    arm = models.CharField(max_length=40)
    method = models.CharField(max_length=40)
    assigned_on = models.DateField()
    note = models.TextField("reason for this arm", blank=True)

    def __str__(self) -> str:
        return f"allocation of {self.subject_id}"

    def scope(self) -> Scope:
        return self.subject.scope()

    def chain(self) -> str:
        return f"subject:{self.subject_id}"
