"""Adverse events: the identity of each event. Its facts come from the entries that point at it."""

from django.db import models

from trials.models import OfSubject


class AdverseEvent(OfSubject):
    """One adverse event of one participant.

    `term`, `grade`, `onset`, `ended` and `serious` are projected from the site's report at each save of it, so that
    lists need not read the forms. Dates are ISO 8601 and may be partial.
    """

    number = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=10, blank=True)
    serious = models.BooleanField(null=True)
    onset = models.CharField(max_length=10, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    withdrawn = models.BooleanField("recorded in error", default=False)
    withdrawn_note = models.TextField("why it was recorded in error", blank=True)

    class Meta(OfSubject.Meta):
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["subject", "number"], name="adverse_event_once_per_number"),
            models.CheckConstraint(
                condition=models.Q(withdrawn=False) | ~models.Q(withdrawn_note=""),
                name="adverse_event_withdrawn_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"event {self.number}"
