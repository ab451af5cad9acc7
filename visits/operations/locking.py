"""Taking hold of a participant's row, so that what is decided about them is decided one at a time."""

from trials.models import Subject


def locked_subject(subject: Subject) -> Subject:
    """Read the participant again under a lock that is held until the act is over."""
    return (
        Subject.objects.select_for_update(of=("self",))
        .select_related("trial", "site__protocol_version", "protocol_version")
        .get(pk=subject.pk)
    )
