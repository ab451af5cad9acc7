"""The review of the trail, which is itself a record."""

from django.db import models

from edc.audit.guard import Audited
from edc.audit.recording import Scope
from trials.models import Trial


class TrailReview(Audited):
    """Somebody read a stretch of the trail, through this filter, up to this act, and says what they found."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="trail_reviews")
    filter = models.JSONField(default=dict)
    up_to_act = models.UUIDField()
    up_to_at = models.DateTimeField()
    acts = models.PositiveIntegerField()
    remark = models.TextField()

    class Meta(Audited.Meta):
        constraints = (models.CheckConstraint(condition=~models.Q(remark=""), name="review_with_a_remark"),)

    def __str__(self) -> str:
        return f"review up to {self.up_to_at:%Y-%m-%d %H:%M} UTC"

    def scope(self) -> Scope:
        return self.trial.scope()
