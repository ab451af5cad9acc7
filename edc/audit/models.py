"""The trail: acts, the seals that chain them, the checkpoints that leave the database, and failed log-ins."""

from django.db import models

from edc import clock
from edc.audit.guard import AppendOnly, Derived


class Act(AppendOnly):
    """One thing that somebody did, or was refused: who, in which role, when, from where, and why.

    Names, role and site stand here as they were at that time. `canonical` is the text that the seals cover; for an
    act that tells an arm it holds a commitment, and reason, detail and the text itself lie in `opening`.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    class Channel(models.TextChoices):
        WEB = "web", "web page"
        API = "api", "API"
        COMMAND = "command", "command line"
        JOB = "job", "background job"

    class Blinding(models.TextChoices):
        OPEN = "open", "open"
        UNBLINDING = "unblinding", "unblinding"

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    at = models.DateTimeField()
    actor_key = models.CharField(max_length=60)
    actor_username = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=100, blank=True)
    actor_organisation = models.CharField(max_length=200, blank=True)
    operation = models.CharField(max_length=100)
    sentence = models.CharField(max_length=300)
    reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    channel = models.CharField(max_length=10, choices=Channel)
    request_id = models.CharField(max_length=64, blank=True)
    software = models.CharField(max_length=40)
    trial_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    trial_code = models.CharField(max_length=40, blank=True)
    site_code = models.CharField(max_length=20, blank=True)
    subject_label = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=40, blank=True)
    record_id = models.UUIDField(null=True)
    touched = models.JSONField(default=list)
    detail = models.JSONField(default=dict)
    blinding = models.CharField(max_length=10, choices=Blinding, default=Blinding.OPEN)
    canonical = models.TextField()
    opening = models.TextField(blank=True, default="")

    class Meta(AppendOnly.Meta):
        indexes = (
            models.Index(fields=["trial_id", "id"], name="act_by_trial"),
            models.Index(fields=["site_id", "id"], name="act_by_site"),
            models.Index(fields=["subject_id", "id"], name="act_by_subject"),
            models.Index(fields=["actor_key", "id"], name="act_by_actor"),
            models.Index(fields=["record_id", "id"], name="act_by_record"),
        )

    def __str__(self) -> str:
        return f"{self.sentence} ({self.actor_name}, {self.at:%Y-%m-%d %H:%M} UTC)"


class Seal(AppendOnly):
    """One link of a chain: the hash over the link before it, the act, and the rows of this chain in that act."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    chain = models.CharField(max_length=45)
    number = models.PositiveBigIntegerField()
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="seals")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta(AppendOnly.Meta):
        constraints = (
            models.UniqueConstraint(fields=["chain", "number"], name="seal_once_per_number"),
            models.UniqueConstraint(fields=["act", "chain"], name="seal_once_per_act_and_chain"),
        )

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class ChainHead(Derived):
    """The last link of a chain. Locked by whoever adds the next one; always equal to the newest seal."""

    chain = models.CharField(max_length=45, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.chain} at {self.number}"


class Checkpoint(AppendOnly):
    """All chain heads at one moment, and the failed log-ins since the last one: the part that leaves the database."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    at = models.DateTimeField()
    number = models.PositiveBigIntegerField(unique=True)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


class LoginFailure(AppendOnly):
    """A log-in that failed: the name that was tried, from where, and when. Sealed by the next checkpoint."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    at = models.DateTimeField()
    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.username} at {self.at:%Y-%m-%d %H:%M} UTC"
