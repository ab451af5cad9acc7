"""Taking hold of a participant's row, so that what is decided about them is decided one at a time."""

from typing import cast

from trials.models import Subject
from trials.queries.subjects import joined


def locked_subject(subject: Subject) -> Subject:
    """Read the participant again under a lock that is held until the act is over."""
    return cast(Subject, joined(Subject.objects.select_for_update(of=("self",), no_key=True)).get(pk=subject.pk))
