"""What is done with the trail: it is downloaded, and it is reviewed. Both are on record in it."""

import uuid
from collections.abc import Mapping

from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.audit.models import Act
from edc.errors import Refused
from edc.trail.filters import TrailFilter
from edc.trail.models import TrailReview
from edc.trail.queries import acts_of_trial, reach, review_covering
from trials.models import Trial

LONGEST = 2000


@operation(Permission.TRAIL_VIEW, "Audit trail downloaded", on="trial", always=True)
def record_download(
    *, by: Actor, reason: str, trial: Trial, file: str, filters: Mapping[str, str], rows: int, sha256: str
) -> None:
    """Put on record that a file of the trail leaves: its name, what it was narrowed to, its lines and its SHA-256."""
    act = recording.required(Trial)
    act.note(file=file, filter=dict(filters), rows=rows, sha256=sha256)


@operation(Permission.TRAIL_REVIEW, "Audit trail reviewed", on="trial")
def review_trail(
    *,
    by: Actor,
    reason: str,
    trial: Trial,
    key: uuid.UUID,
    filters: TrailFilter,
    up_to: uuid.UUID,
    remark: str,
) -> TrailReview:
    """Record that the trail, as this filter shows it, was read up to an act, and what was found.

    Refused without a remark, and when the act is not among those that the filter shows.
    """
    again: TrailReview | None = TrailReview.objects.filter(pk=key, trial=trial).first()
    if again is not None:
        return again
    if not remark.strip():
        message = "Say in a sentence what you looked at and what you found."
        raise Refused(message, field_errors={"remark": [message]})
    shown = acts_of_trial(by, trial).filter(filters.condition())
    last: Act | None = shown.filter(pk=up_to).first()
    if last is None:
        raise Refused("This act is not among those shown. Open the trail again and review it from there.")
    covered = reach(by, trial, filters)
    before = review_covering(trial, covered)
    unread = shown.filter(id__lte=up_to)
    if before is not None:
        unread = unread.filter(id__gt=before.up_to_act)
    review = TrailReview(
        id=key,
        trial=trial,
        filter=covered,
        up_to_act=last.pk,
        up_to_at=last.at,
        acts=unread.count(),
        remark=remark.strip()[:LONGEST],
    )
    review.save()
    return review
