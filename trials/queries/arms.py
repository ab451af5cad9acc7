"""The one place where an arm is read. Open trials show it to who may see arms, blinded ones to the unblinded."""

import uuid
from collections.abc import Iterable

from edc.access.actor import Actor
from edc.access.roles import Permission
from trials.models import Allocation, ProtocolVersion, Subject


def _permission(version: ProtocolVersion) -> Permission:
    masked = version.protocol.trial.masking != "open"
    return Permission.UNBLINDED_VIEW if masked else Permission.ARM_VIEW


def allocation_of(actor: Actor, subject: Subject) -> Allocation | None:
    """The allocation, when there is one and the actor may know it. Who may not know sees the same as before it."""
    if not actor.may(_permission(subject.protocol_version), subject.scope()):
        return None
    return Allocation.objects.filter(subject=subject).first()


def arm_of(actor: Actor, subject: Subject) -> str | None:
    """The label of the participant's arm, when it is assigned and the actor may know it."""
    allocation = allocation_of(actor, subject)
    return subject.protocol.arm(allocation.arm).label.text() if allocation else None


def arms_for(actor: Actor, subjects: Iterable[Subject]) -> dict[uuid.UUID, str]:
    """The labels of the arms that the actor may know, for many participants in one query."""
    known = {
        subject.pk: subject for subject in subjects if actor.may(_permission(subject.protocol_version), subject.scope())
    }
    if not known:
        return {}
    return {
        allocation.subject_id: known[allocation.subject_id].protocol.arm(allocation.arm).label.text()
        for allocation in Allocation.objects.filter(subject_id__in=list(known))
    }
