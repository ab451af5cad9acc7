"""Lists of a trial by key: queries and deviations. What a role may not know of is not told, only counted."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from edc.access.actor import Actor
from edc.access.roles import Permission
from trials.models import Trial
from trials.queries.subjects import RELATED
from visits.forms.answer import Context
from visits.forms.values import flatten, label_of, show_at
from visits.models import BlindingClass, Deviation, Query
from visits.queries.classes import NEEDS
from visits.queries.telling import shown

PAGE = 50
COUNT_CAP = 1000
LONG_TEXTS = ("canonical", "source")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to: a state or kind, a site's code, a participant's number."""

    which: str = ""
    site: str = ""
    participant: str = ""


@dataclass
class Listed:
    """One page of a list, newest first, with the keys of the pages around it."""

    rows: list[Any] = field(default_factory=list)
    count: str = ""
    newer: str = ""
    older: str = ""


def queries_page(actor: Actor, trial: Trial, filters: Filters, *, older_than: str = "", newer_than: str = "") -> Listed:
    """Queries of a trial at the sites that the actor may read, of the classes that they may know."""
    rows = queries_in(actor, trial)
    if filters.which:
        rows = rows.filter(state=filters.which)
    rows = rows.select_related("entry__visit", "entry__infusion", "entry__protocol_version")
    rows = rows.defer(*(f"entry__protocol_version__{text}" for text in LONG_TEXTS))
    return page_of(narrowed(rows, filters), older_than, newer_than, "query", "queries")


def deviations_page(
    actor: Actor, trial: Trial, filters: Filters, *, older_than: str = "", newer_than: str = ""
) -> Listed:
    """Deviations of a trial at the sites where the actor may see them."""
    rows = deviations_in(actor, trial)
    if filters.which:
        rows = rows.filter(kind=filters.which)
    rows = rows.select_related("visit", "infusion")
    return page_of(narrowed(rows, filters), older_than, newer_than, "deviation", "deviations")


def queries_in(actor: Actor, trial: Trial) -> QuerySet[Any]:
    """The queries of a trial that somebody may know of, as a list to be cut into pages."""
    telling = shown(actor, trial, visit="entry__visit__", infusion="entry__infusion")
    return Query.objects.filter(_known(actor, trial), telling, subject__trial=trial)


def deviations_in(actor: Actor, trial: Trial) -> QuerySet[Any]:
    """The deviations of a trial that stand and that somebody may know of, as a list to be cut into pages."""
    seen = actor.filter(Permission.DEVIATION_VIEW, trial="subject__trial_id", site="subject__site_id")
    rows = Deviation.objects.filter(seen, _classes(actor, trial), shown(actor, trial), subject__trial=trial)
    return rows.filter(withdrawn=False)


@dataclass(frozen=True)
class Turn:
    """One thing that was said in a query, or done to it: when, by whom, and the words."""

    at: Any
    who: str
    what: str
    words: str


def thread_of(query: Query) -> list[Turn]:
    """What was asked, answered and decided, in order, from the query's history."""
    turns = []
    for row in Query.history.filter(id=query.pk).select_related("act").order_by("revision"):
        act = row.act
        who = f"{act.actor_name}, {act.actor_role}" if act.actor_role else act.actor_name
        changed = row.changes
        if row.revision == 1:
            asker = "A check of the form" if query.opened_by == Query.OpenedBy.CHECK else who
            turns.append(Turn(act.at, asker, "asked", row.message))
        elif "state" not in changed:
            continue
        elif row.state == Query.State.ANSWERED:
            turns.append(Turn(act.at, who, "answered", row.answer))
        elif row.state == Query.State.CLOSED:
            turns.append(Turn(act.at, who, "closed", row.closing_note))
        else:
            turns.append(Turn(act.at, who, "opened again", act.reason))
    return turns


def value_now(query: Query, context: Context) -> tuple[str, str]:
    """The label of the item that a query is about, and its value now, in words."""
    entry = query.entry
    form = entry.protocol_version.protocol.form(entry.form)
    label = label_of(form, query.path, context.lang)
    if not query.path:
        return label, ""
    return label, show_at(form, query.path, flatten(entry.values).get(query.path), context)


def _known(actor: Actor, trial: Trial) -> Q:
    return actor.filter(Permission.ENTRY_VIEW, trial="subject__trial_id", site="subject__site_id") & _classes(
        actor, trial
    )


def _classes(actor: Actor, trial: Trial) -> Q:
    """Rows of the classes of information that somebody may know, class by class and site by site."""
    condition = Q(blinding=BlindingClass.OPEN)
    for information, permission in NEEDS.items():
        here = actor.filter(permission, trial="subject__trial_id", site="subject__site_id")
        condition |= Q(blinding=information) & here
    return condition


def narrowed(rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """The rows of a site and participant, with what a list shows of the participant joined."""
    if filters.site:
        rows = rows.filter(subject__site__code=filters.site)
    if filters.participant:
        rows = rows.filter(subject__label=filters.participant)
    joined = rows.select_related(*(f"subject__{name}" for name in RELATED))
    return joined.defer(*(f"subject__{name}__{text}" for name in RELATED[1:] for text in LONG_TEXTS))


def page_of(rows: QuerySet[Any], older_than: str, newer_than: str, one: str, many: str) -> Listed:
    """One page by key; keys grow with time, so their order is the order of asking."""
    count = rows.order_by()[: COUNT_CAP + 1].count()
    words = f"{COUNT_CAP:,}+ {many}" if count > COUNT_CAP else f"{count:,} {one if count == 1 else many}"
    older, newer = _key(older_than), _key(newer_than)
    if newer is not None:
        found = list(rows.filter(pk__gt=newer).order_by("pk")[: PAGE + 1])
        more_newer, page = len(found) > PAGE, found[:PAGE][::-1]
        more_older = bool(page)
    else:
        page = list((rows.filter(pk__lt=older) if older else rows).order_by("-pk")[: PAGE + 1])
        more_older, more_newer = len(page) > PAGE, older is not None and bool(page)
        page = page[:PAGE]
    return Listed(
        page,
        words,
        newer=str(page[0].pk) if page and more_newer else "",
        older=str(page[-1].pk) if page and more_older else "",
    )


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
