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
from trials.queries.scope import need
from trials.queries.subjects import LONG_TEXTS, RELATED, subject_by_id
from trials.queries.trials import trial_by_code
from visits.models import Entry, Infusion, Query, Visit
from visits.queries.telling import is_shown


def lean(rows: QuerySet[Any], through: str = "") -> QuerySet[Any]:
    """Join what a page of one participant needs, without the long texts."""
    prefix = f"{through}__" if through else ""
    joined = rows.select_related(*(prefix + name for name in RELATED)).defer(*(prefix + name for name in LONG_TEXTS))
    return joined.select_related(through) if through else joined


def subject_for(actor: Actor, pk: uuid.UUID, permission: Permission = Permission.SUBJECT_VIEW) -> Subject:
    """Return a participant; raises `NotVisible` or, where the role may not do this, `NotAllowed`."""
    return subject_by_id(actor, pk, permission)


def visit_for(actor: Actor, pk: uuid.UUID) -> Visit:
    """Return a visit of a participant that this person may see; raises `NotVisible`."""
    visit: Visit = _of_subject(Visit, actor, Permission.SUBJECT_VIEW, pk)
    if not is_shown(actor, visit.subject, visit, None):
        raise NotVisible
    return visit


def entry_for(actor: Actor, pk: uuid.UUID) -> Entry:
    """Return an entry that this person may read; raises `NotVisible`."""
    entry: Entry = _of_subject(Entry, actor, Permission.ENTRY_VIEW, pk, "visit", "infusion")
    if not is_shown(actor, entry.subject, entry.visit, entry.infusion):
        raise NotVisible
    return entry


def query_for(actor: Actor, pk: uuid.UUID) -> Query:
    """Return a query that this person may read, with its entry; raises `NotVisible`."""
    query: Query = _of_subject(Query, actor, Permission.ENTRY_VIEW, pk, "entry__visit", "entry__infusion")
    if not is_shown(actor, query.subject, query.entry.visit, query.entry.infusion):
        raise NotVisible
    return query


def infusion_for(actor: Actor, subject: Subject, number: int) -> Infusion:
    """Return an infusion of a participant by its number; raises `NotVisible`.

    Where only some arms get infusions, there is none for somebody who may not know the arm.
    """
    need(actor, Permission.SUBJECT_VIEW, subject)
    infusion = Infusion.objects.filter(subject=subject, number=number).first()
    if infusion is None or not is_shown(actor, subject, None, infusion):
        raise NotVisible
    infusion.subject = subject
    return infusion


def trial_for(actor: Actor, code: str, permission: Permission) -> Trial:
    """Return a trial in which this person holds a permission somewhere; raises `NotVisible` or `NotAllowed`."""
    trial = trial_by_code(actor, code)
    need(actor, permission, trial)
    return trial


def _of_subject(model: type[Any], actor: Actor, permission: Permission, pk: uuid.UUID, *also: str) -> Any:
    row = lean(model.objects.filter(pk=pk), "subject").select_related(*also).first()
    if row is None:
        raise NotVisible
    need(actor, permission, row)
    return row
