"""Finding a participant, a visit, an entry or a query for somebody. What is not theirs does not exist.

The long texts of protocol versions stay in the database: a process builds each protocol once.
"""

import uuid
from typing import Any

from django.db.models import QuerySet

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import Subject, Trial
from visits.models import Deviation, Entry, Infusion, Query, Visit

RELATED = ("trial", "site__protocol_version", "protocol_version")
LONG_TEXTS = tuple(f"{version}__{text}" for version in RELATED[1:] for text in ("canonical", "source"))


def lean(rows: QuerySet[Any], through: str = "") -> QuerySet[Any]:
    """Join what a page of one participant needs, without the long texts."""
    prefix = f"{through}__" if through else ""
    joined = rows.select_related(*(prefix + name for name in RELATED)).defer(*(prefix + name for name in LONG_TEXTS))
    return joined.select_related(through) if through else joined


def subject_for(actor: Actor, pk: uuid.UUID, permission: Permission = Permission.SUBJECT_VIEW) -> Subject:
    """Return a participant that this person may see; raises `NotVisible`."""
    seen = actor.filter(permission, trial="trial_id", site="site_id")
    return _one(lean(Subject.objects.filter(seen, pk=pk)))


def visit_for(actor: Actor, pk: uuid.UUID) -> Visit:
    """Return a visit of a participant that this person may see; raises `NotVisible`."""
    return _of_subject(Visit, actor, Permission.SUBJECT_VIEW, pk)


def entry_for(actor: Actor, pk: uuid.UUID) -> Entry:
    """Return an entry that this person may read; raises `NotVisible`."""
    return _of_subject(Entry, actor, Permission.ENTRY_VIEW, pk, "visit", "infusion")


def query_for(actor: Actor, pk: uuid.UUID) -> Query:
    """Return a query that this person may read, with its entry; raises `NotVisible`."""
    query: Query = _of_subject(Query, actor, Permission.ENTRY_VIEW, pk, "entry__visit", "entry__infusion")
    return query


def deviation_for(actor: Actor, pk: uuid.UUID) -> Deviation:
    """Return a deviation that this person may see; raises `NotVisible`."""
    return _of_subject(Deviation, actor, Permission.DEVIATION_VIEW, pk, "visit", "infusion")


def infusion_for(actor: Actor, subject: Subject, number: int) -> Infusion:
    """Return an infusion of a participant by its number; raises `NotVisible`."""
    seen = actor.filter(Permission.SUBJECT_VIEW, trial="subject__trial_id", site="subject__site_id")
    infusion = Infusion.objects.filter(seen, subject=subject, number=number).first()
    if infusion is None:
        raise NotVisible
    infusion.subject = subject
    return infusion


def trial_for(actor: Actor, code: str) -> Trial:
    """Return a trial in which this person may see participants; raises `NotVisible`."""
    seen = actor.filter(Permission.SUBJECT_VIEW, trial="pk", site=None)
    return _one(Trial.objects.filter(seen, code=code))


def _of_subject(model: type[Any], actor: Actor, permission: Permission, pk: uuid.UUID, *also: str) -> Any:
    seen = actor.filter(permission, trial="subject__trial_id", site="subject__site_id")
    return _one(lean(model.objects.filter(seen, pk=pk), "subject").select_related(*also))


def _one(rows: QuerySet[Any]) -> Any:
    row = rows.first()
    if row is None:
        raise NotVisible
    return row
