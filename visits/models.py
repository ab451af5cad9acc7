"""The calendar of a participant, the forms filled in, and what is asked about them."""

from django.db import models

from edc import clock
from edc.access.models import User
from edc.audit.guard import Classified, Derived, ModelClass
from trials.models import OfSubject, ProtocolVersion, Subject


class Visit(OfSubject):
    """One visit of the calendar, planned from its anchor, or unscheduled.

    `anchor` and `anchored_on` say what it was planned from. Dates are local calendar days of the site.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "planned"
        DONE = "done", "done"
        MISSED = "missed", "missed"
        CANCELLED = "cancelled", "cancelled"

    code = models.CharField(max_length=40)
    sequence = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=200)
    anchor = models.CharField(max_length=60, blank=True)
    anchored_on = models.DateField(null=True, blank=True)
    planned_on = models.DateField(null=True, blank=True)
    earliest = models.DateField(null=True, blank=True)
    latest = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    note = models.TextField("reason", blank=True)

    class Meta(OfSubject.Meta):
        ordering = ("position", "sequence")
        constraints = (
            models.UniqueConstraint(fields=["subject", "code", "sequence"], name="visit_once"),
            models.CheckConstraint(
                condition=models.Q(status="done", done_on__isnull=False)
                | (~models.Q(status="done") & models.Q(done_on__isnull=True)),
                name="visit_done_on_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="missed") | ~models.Q(note=""), name="visit_missed_for_a_reason"
            ),
        )
        indexes = (models.Index(fields=["status", "latest"], name="visit_by_due"),)

    def __str__(self) -> str:
        return self.label


class Infusion(OfSubject):
    """One planned infusion: its number and dates. What was given stands in the entry that points at it."""

    class Status(models.TextChoices):
        PLANNED = "planned", "planned"
        GIVEN = "given", "given"
        NOT_GIVEN = "not_given", "not given"
        CANCELLED = "cancelled", "cancelled"

    number = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=60)
    anchored_on = models.DateField()
    planned_on = models.DateField()
    earliest = models.DateField()
    latest = models.DateField()
    given_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    note = models.TextField("reason", blank=True)

    class Meta(OfSubject.Meta):
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["subject", "number"], name="infusion_once_per_number"),
            models.CheckConstraint(
                condition=models.Q(status="given", given_on__isnull=False)
                | (~models.Q(status="given") & models.Q(given_on__isnull=True)),
                name="infusion_given_on_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"infusion {self.number}"


class BlindingClass(models.TextChoices):
    """Who may know of it: everybody who reads forms, who may identify, or only the unblinded."""

    OPEN = "open", "open"
    IDENTIFYING = "identifying", "identifying"
    UNBLINDING = "unblinding", "unblinding"


class Entry(OfSubject):
    """One form filled in, for one participant. `values` holds what was typed, item by item.

    `slot` names the place in the case book: visit, form, infusion or event, and sequence. It is unique, so that two
    people can never fill in the same form twice. `evidence` keeps what the form's rules read from elsewhere at the
    last change, with entry and revision; conversion factors are those of the protocol version.
    """

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", "in progress"
        COMPLETE = "complete", "complete"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="entries", null=True)
    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="entries", null=True)
    event_id = models.UUIDField("adverse event", null=True, db_index=True)
    form = models.CharField(max_length=40)
    sequence = models.PositiveSmallIntegerField(default=1)
    slot = models.CharField(max_length=200)
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status)
    withdrawn = models.BooleanField(default=False)

    class Meta(OfSubject.Meta):
        verbose_name_plural = "entries"
        constraints = (models.UniqueConstraint(fields=["subject", "slot"], name="entry_once_per_slot"),)
        indexes = (models.Index(fields=["form", "subject"], name="entry_by_form"),)

    def __str__(self) -> str:
        return f"{self.form} ({self.slot})"


class Cell(Derived):
    """The state of one form in the matrix, written with each save so that no page has to work it out."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, primary_key=True, related_name="cell")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="cells")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="cells", null=True)
    form = models.CharField(max_length=40)
    slot = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=Entry.Status)
    answered = models.PositiveSmallIntegerField(default=0)
    expected = models.PositiveSmallIntegerField(default=0)
    open_queries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.slot}: {self.status}"


class LabResult(Derived):
    """One laboratory value, in the unit it was typed in and in the standard unit. Rebuilt from its entry."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="lab_results")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="lab_results")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="lab_results", null=True)
    analyte = models.CharField(max_length=40)
    sampled_on = models.CharField("sample date", max_length=10, blank=True)
    text = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    standard_value = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    standard_text = models.CharField(max_length=40, blank=True)
    standard_unit = models.CharField(max_length=40, blank=True)
    missing = models.CharField(max_length=20, blank=True)

    class Meta(Derived.Meta):
        constraints = (models.UniqueConstraint(fields=["entry", "analyte"], name="lab_result_once"),)
        indexes = (models.Index(fields=["subject", "analyte"], name="lab_result_by_subject"),)

    def __str__(self) -> str:
        return f"{self.analyte} {self.text} {self.unit}"


class Query(OfSubject):
    """A question about one item, opened by a check or by a person, answered at the site, closed by who may."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        ANSWERED = "answered", "answered"
        CLOSED = "closed", "closed"

    class OpenedBy(models.TextChoices):
        CHECK = "check", "check"
        PERSON = "person", "person"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="queries")
    path = models.CharField(max_length=120)
    check_id = models.CharField(max_length=60, blank=True)
    opened_by = models.CharField(max_length=10, choices=OpenedBy)
    message = models.TextField()
    answer = models.TextField(blank=True)
    closing_note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    blinding = models.CharField(max_length=12, choices=BlindingClass, default=BlindingClass.OPEN)

    class Meta(OfSubject.Meta):
        verbose_name_plural = "queries"
        indexes = (models.Index(fields=["entry", "state"], name="query_by_entry"),)

    def __str__(self) -> str:
        return self.message


class Deviation(OfSubject):
    """A departure from the protocol: stored, never blocked. Withdrawn once a correction shows that there was none."""

    class Kind(models.TextChoices):
        VISIT_WINDOW = "visit_window", "visit outside its window"
        VISIT_MISSED = "visit_missed", "visit missed"
        INFUSION_INTERVAL = "infusion_interval", "infusions too close together"
        INFUSION_WINDOW = "infusion_window", "infusion outside its window"
        INFUSION_DOSE = "infusion_dose", "dose other than planned"
        INFUSION_NOT_GIVEN = "infusion_not_given", "infusion not given"
        CONSENT = "consent", "consent"
        OTHER = "other", "other"

    kind = models.CharField(max_length=20, choices=Kind)
    occurred_on = models.DateField()
    message = models.TextField()
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="deviations", null=True)
    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="deviations", null=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deviations", null=True)
    blinding = models.CharField(max_length=12, choices=BlindingClass, default=BlindingClass.OPEN)
    withdrawn = models.BooleanField("no longer so after a correction", default=False)

    class Meta(OfSubject.Meta):
        indexes = (models.Index(fields=["kind", "occurred_on"], name="deviation_by_kind"),)

    def __str__(self) -> str:
        return self.message


class Draft(Classified):
    """What one person has typed and not saved. Not clinical data; it goes with the save."""

    model_class = ModelClass.FOREIGN

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="drafts")
    slot = models.CharField(max_length=200)
    base_revision = models.PositiveIntegerField(default=0)
    typed = models.JSONField(default=dict)
    blinding = models.CharField(max_length=12, choices=BlindingClass, default=BlindingClass.OPEN)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "subject", "slot"], name="draft_once"),)

    def __str__(self) -> str:
        return f"draft of {self.slot}"


class Reminder(Derived):
    """A due or overdue visit told to one person, once: the row and its unique key say so, not the broker."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        CLAIMED = "claimed", "being sent"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    rule = models.CharField(max_length=40)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    made_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta(Derived.Meta):
        constraints = (models.UniqueConstraint(fields=["visit", "user", "rule", "due_on"], name="reminder_once"),)
        indexes = (models.Index(fields=["state", "due_on"], name="reminder_by_state"),)

    def __str__(self) -> str:
        return f"{self.rule} for {self.visit_id}"
