"""One event, the events of a participant, and those of a trial by page. What is withheld from a role is left empty."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from adverse_events.models import AdverseEvent
from adverse_events.queries.places import place_of_event
from adverse_events.rules.projection import SERIOUS_WORDS, date_in_words, grade_words, serious_rule
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import Subject, Trial
from trials.protocol import Protocol
from trials.queries.scope import need
from visits.models import Cell, Entry
from visits.queries.classes import may_know, withheld_items
from visits.queries.found import lean
from visits.queries.lists import Filters, narrowed, page_of

WITHDRAWN = "withdrawn"
WHICH = {
    "serious": "serious",
    "not_serious": "not serious",
    "unknown": "not known yet",
    WITHDRAWN: "recorded in error",
}
"""What the list of a trial can be narrowed to, by seriousness; all but the last leave out what was withdrawn."""
_CONDITIONS = {
    "serious": Q(serious=True, withdrawn=False),
    "not_serious": Q(serious=False, withdrawn=False),
    "unknown": Q(serious__isnull=True, withdrawn=False),
    WITHDRAWN: Q(withdrawn=True),
}


@dataclass(frozen=True)
class EventLine:
    """One event as a list shows it, in words."""

    event: AdverseEvent
    term: str
    grade: str
    serious: str
    onset: str
    ended: str
    status: str
    """Status of the report; empty once it was withdrawn."""
    open_queries: int


@dataclass(frozen=True)
class EventPage:
    """One page of the events of a trial, newest first, with the keys of the pages around it."""

    lines: list[EventLine]
    count: str
    newer: str
    older: str


def event_for(actor: Actor, event_id: uuid.UUID) -> AdverseEvent:
    """Return an event that this person may read; raises `NotVisible` or, for the role, `NotAllowed`."""
    event: AdverseEvent | None = lean(AdverseEvent.objects.filter(pk=event_id), "subject").first()
    if event is None:
        raise NotVisible
    need(actor, Permission.ENTRY_VIEW, event)
    return event


def events_of(actor: Actor, subject: Subject) -> list[EventLine]:
    """The events of a participant who was fetched in the actor's scope, by number; withdrawn ones too."""
    need(actor, Permission.ENTRY_VIEW, subject)
    events = list(AdverseEvent.objects.filter(subject=subject).order_by("number"))
    for event in events:
        event.subject = subject
    return _lines(actor, events)


def new_event(subject: Subject) -> AdverseEvent:
    """An event that is not recorded yet, under the number that it would get now."""
    last = AdverseEvent.objects.filter(subject=subject).aggregate(last=Max("number"))["last"] or 0
    return AdverseEvent(subject=subject, number=last + 1)


def report_of(event: AdverseEvent) -> Entry:
    """The site's report of an event."""
    return Entry.objects.get(event_id=event.pk, slot=str(place_of_event(event).slot))


def events_page(
    actor: Actor, trial: Trial, filters: Filters, grade: str = "", *, older_than: str = "", newer_than: str = ""
) -> EventPage:
    """Events of a trial at the sites that the actor may read."""
    visible = actor.filter(Permission.ENTRY_VIEW, trial="subject__trial_id", site="subject__site_id")
    rows: QuerySet[AdverseEvent] = AdverseEvent.objects.filter(
        visible, _CONDITIONS.get(filters.which, Q(withdrawn=False)), subject__trial=trial
    )
    if grade:
        rows = rows.filter(grade=grade)
    listed = page_of(narrowed(rows, filters), older_than, newer_than, "event", "events")
    return EventPage(_lines(actor, listed.rows), listed.count, listed.newer, listed.older)


def _lines(actor: Actor, events: Iterable[AdverseEvent]) -> list[EventLine]:
    """The events in words, with the state of their reports in one statement."""
    rows = list(events)
    cells = {
        cell.entry.event_id: cell
        for cell in Cell.objects.filter(entry__event_id__in=[row.pk for row in rows]).select_related("entry")
    }
    return [_line(actor, row, cells.get(row.pk)) for row in rows]


def _line(actor: Actor, event: AdverseEvent, cell: Cell | None) -> EventLine:
    protocol = event.subject.site.protocol_version.protocol
    hidden = withheld_columns(actor, event.subject, protocol)
    return EventLine(
        event=event,
        term="" if "term" in hidden else event.term,
        grade="" if "grade" in hidden else grade_words(protocol, event.grade),
        serious="" if "serious" in hidden else SERIOUS_WORDS[event.serious],
        onset="" if "onset" in hidden else date_in_words(event.onset),
        ended="" if "ended" in hidden else date_in_words(event.ended),
        status=cell.status if cell else "",
        open_queries=cell.open_queries if cell else 0,
    )


def withheld_columns(actor: Actor, subject: Subject, protocol: Protocol) -> set[str]:
    """The columns whose items are of a class that the actor may not know there."""
    settings = protocol.adverse_events
    every = {"term", "grade", "serious", "onset", "ended"}
    if settings is None or not may_know(actor, subject.scope(), protocol.form(settings.form).class_):
        return every
    items = withheld_items(actor, subject.scope(), protocol.form(settings.form))
    if not items:
        return set()
    columns = {
        "term": settings.term_item,
        "grade": settings.grade_item,
        "onset": settings.onset_item,
        "ended": settings.end_item,
    }
    rule = serious_rule(protocol)
    told = {"serious"} if rule is not None and rule.reads & items else set()
    return told | {name for name, item in columns.items() if item in items}
