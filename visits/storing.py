"""Storing what was typed into a form: plain functions for every act that fills one in.

`save_entry` calls them for the forms of visits and logs; infusions and adverse events call them within their own acts.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists
from django.http import QueryDict

from edc import clock
from edc.access.actor import Actor
from edc.audit import recording
from edc.errors import Conflict, NeedsReason, NotAllowed, NotVisible, Refused
from trials.models import ProtocolVersion, Subject
from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from visits.asking import ask_and_settle
from visits.forms.answer import Context, RawAnswer
from visits.forms.binding import Bound, Change, bind
from visits.forms.plan import cross_reads
from visits.forms.sheet import Sheet, read_json, read_post
from visits.forms.values import label_of, show_at
from visits.labs import has_labs, lab_results
from visits.models import Cell, Draft, Entry, LabResult, Visit
from visits.queries.classes import may_know
from visits.queries.found import lean
from visits.queries.places import Place, context_for, form_at, why_closed
from visits.queries.telling import is_shown
from visits.queries.values import LONG_TEXTS, evidence_for
from visits.rules.slots import Slot, log_slot

Judge = Callable[[Bound, Context], None]
"""What a kind of place knows beyond the form: it refuses paths of what was bound, or adds findings to it."""

CELL_AGAIN = (
    " ON CONFLICT (entry_id) DO UPDATE SET status = excluded.status, answered = excluded.answered,"
    " expected = excluded.expected, open_queries = excluded.open_queries"
)

Typing = QueryDict | Mapping[str, Any] | Sheet
"""What a page posted, what a programme sent as JSON, or a sheet that was read already."""


@dataclass(frozen=True)
class Stored:
    """An entry as it stands after the act, and what binding found. `changed` is False when nothing was new."""

    entry: Entry
    bound: Bound
    changed: bool


def lock_place(subject: Subject, slot: Slot, by: Actor) -> Place:
    """Look up the participant, and the visit of a slot, and lock them, so that one form has one writer.

    The participant is locked first, as by everybody else: a form is saved before consent is withdrawn, or not at all.
    Raises `NotVisible` for a place that does not exist, or would tell somebody an arm that they may not know, and for
    infusions and events, which lock their own.
    """
    draft = Exists(_drafts(by, subject, slot))
    if slot.kind == "visit":
        visits = Visit.objects.select_for_update(of=("subject", "self")).select_related("subject__site")
        found = visits.filter(subject=subject, code=slot.visit, sequence=slot.occasion)
        visit = next(iter(found.order_by().annotate(has_draft=draft)), None)
        if visit is None:
            raise NotVisible
        place = Place(visit.subject, slot, visit=visit, label=visit.label, may_have_draft=visit.has_draft)
    elif slot.kind == "log":
        subjects = Subject.objects.select_for_update(of=("self",)).select_related("site").filter(pk=subject.pk)
        locked = subjects.annotate(has_draft=draft).get()
        place = Place(locked, slot, may_have_draft=locked.has_draft)
    else:
        raise NotVisible
    _take_over(place.subject, subject)
    if not is_shown(by, place.subject, place.visit, None):
        raise NotVisible
    return place


def _take_over(locked: Subject, given: Subject) -> None:
    """Spare the database what never changes and was read before: the trial, and protocol versions by their keys."""
    locked.trial = locked.site.trial = given.trial
    versions = {given.protocol_version_id: given.protocol_version}
    versions[given.site.protocol_version_id] = given.site.protocol_version
    for row in (locked, locked.site):
        if row.protocol_version_id in versions:
            row.protocol_version = versions[row.protocol_version_id]


def sheet_of(form: Form, data: Typing) -> Sheet:
    """Read the typing, however it came."""
    if isinstance(data, Sheet):
        return data
    if isinstance(data, QueryDict):
        return read_post(form, dict(data.lists()))
    return read_json(form, data)


def store_entry(
    place: Place,
    data: Typing,
    *,
    base_revision: int,
    by: Actor,
    reason: str = "",
    key: uuid.UUID | None = None,
    judge: Judge | None = None,
) -> Stored:
    """Bind what was typed to the form's pinned definition and store it, with its results, queries and cell.

    `base_revision` is the revision that the person had before them, 0 for an empty form. When somebody else saved
    in between, the same content is taken as done and other content raises `Conflict` with the entry as it is now.
    `key` becomes the id of a new entry; a new log entry of another key is given the next free number. `judge` adds
    what is refused or doubtful for more than the form itself says.

    Raises `Refused` with the messages by path and what was typed, `NeedsReason` with the changes by path, and
    `NotVisible` or `NotAllowed` for a form that is not there or not for this person.
    """
    place, entry = _find(place, base_revision, key)
    version = entry.protocol_version if entry else place.version
    form, scope = form_at(version, place.slot), place.subject.scope()
    if not may_know(by, scope, form.class_):
        raise NotAllowed
    record_id = entry.pk if entry else key or clock.new_id()
    title = form.title.text()
    _note(form, record_id, f"{title} at {place.label} saved" if place.label else f"{title} saved", str(place.slot))
    if closed := why_closed(place, form):
        raise Refused(closed)
    context = context_for(place.subject, form, version.protocol, by)
    previous = None if entry is None or entry.withdrawn else entry.values
    bound = bind(form, sheet_of(form, data), previous, context)
    if base_revision != (entry.revision if entry else 0):
        if entry is None or not bound.ok or bound.changes:
            raise Conflict(current=entry)
        return Stored(entry, bound, changed=False)
    if judge is not None:
        judge(bound, context)
    _refuse(bound, context, reason)
    if not bound.changes:
        if previous is None or entry is None:
            raise Refused("Nothing is entered yet, so there is nothing to save.")
        _drop_draft(place, by)
        return Stored(entry, bound, changed=False)
    entry, is_new = (entry, False) if entry else (_new(place, version, record_id), True)
    entry.values, entry.withdrawn = bound.values, False
    entry.evidence = evidence_for(place.subject, cross_reads(form, version.protocol))
    entry.status = Entry.Status.COMPLETE if bound.complete else Entry.Status.IN_PROGRESS
    entry.save()
    _derive(entry, form, version.protocol, bound, is_new)
    _drop_draft(place, by)
    return Stored(entry, bound, changed=True)


def withdraw(entry: Entry, reason: str) -> None:
    """Mark an entry as recorded in error. What was typed stays on record; results, cell and open queries go."""
    if entry.withdrawn:
        return
    if not reason:
        raise NeedsReason("Say why this form was recorded in error.")
    entry.withdrawn = True
    entry.save()
    LabResult.objects.filter(entry=entry).delete()
    ask_and_settle(entry, None, (), is_new=False)
    Cell.objects.filter(entry=entry).delete()


def lock_entry(entry: Entry) -> Entry:
    """The entry as it is now, locked until the end of the act, with its participant and protocol version."""
    rows = Entry.objects.select_for_update(of=("self",)).select_related("protocol_version").defer(*LONG_TEXTS)
    locked: Entry = lean(rows, "subject").get(pk=entry.pk)
    return locked


def _find(place: Place, base_revision: int, key: uuid.UUID | None) -> tuple[Place, Entry | None]:
    """The entry at the place, locked. A new log entry never lands on one that somebody else just added."""
    entry = _entry_at(place)
    if place.slot.kind != "log" or entry is None or base_revision or key is None or entry.pk == key:
        return place, entry
    others = Entry.objects.filter(subject=place.subject, slot__startswith=f"log/{place.slot.form}/")
    slots = {row.pk: Slot.parse(row.slot) for row in others}
    if key in slots:
        place = replace(place, slot=slots[key])
        return place, _entry_at(place)
    following = max(slot.sequence for slot in slots.values()) + 1
    return replace(place, slot=log_slot(place.slot.form, following)), None


def _entry_at(place: Place) -> Entry | None:
    subject = place.subject
    rows = Entry.objects.select_for_update().filter(subject=subject, slot=str(place.slot)).order_by()
    entry: Entry | None = next(iter(rows), None)
    if entry is None:
        return None
    entry.subject = subject
    if place.visit is not None:
        entry.visit = place.visit
    if place.infusion is not None:
        entry.infusion = place.infusion
    if entry.protocol_version_id == subject.site.protocol_version_id:
        entry.protocol_version = subject.site.protocol_version
    else:
        entry.protocol_version = ProtocolVersion.objects.defer("canonical", "source").get(pk=entry.protocol_version_id)
    return entry


def _new(place: Place, version: ProtocolVersion, record_id: uuid.UUID) -> Entry:
    return Entry(
        id=record_id,
        subject=place.subject,
        visit=place.visit,
        infusion=place.infusion,
        event_id=place.event_id,
        form=place.slot.form,
        sequence=place.slot.sequence,
        slot=str(place.slot),
        protocol_version=version,
    )


def _refuse(bound: Bound, context: Context, reason: str) -> None:
    """Stop for hard errors, and for a change of something saved that nobody gave a reason for."""
    if not bound.ok:
        attempted = {path: typed(raw) for path, raw in bound.typed.items() if path in bound.errors}
        raise Refused(field_errors=bound.errors, attempted=attempted)
    if bound.needs_reason and not reason:
        changes = {
            change.path: [_in_words(bound.form, change, context)] for change in bound.changes if change.needs_reason
        }
        raise NeedsReason(field_errors=changes)


def _in_words(form: Form, change: Change, context: Context) -> str:
    old = show_at(form, change.path, change.old.to_json(), context)
    new = show_at(form, change.path, change.new.to_json(), context)
    return f"{label_of(form, change.path, context.lang)}: {old} becomes {new}"


def typed(raw: RawAnswer) -> dict[str, str]:
    """The typing as a record of it is kept: text, unit and missing code, without what is empty."""
    parts = {"text": raw.text, "unit": raw.unit, "missing": raw.missing}
    return {name: part for name, part in parts.items() if part}


def _derive(entry: Entry, form: Form, protocol: Protocol, bound: Bound, is_new: bool) -> None:
    """Write what is drawn from an entry: results in the standard unit, queries, and the matrix cell."""
    act = recording.required(Entry)
    if has_labs(form):
        if not is_new:
            LabResult.objects.filter(entry=entry).delete()
        act.derive(lab_results(entry, form, protocol))
    open_queries = ask_and_settle(entry, form, bound.findings, is_new=is_new)
    cell = Cell(
        entry=entry,
        subject_id=entry.subject_id,
        visit_id=entry.visit_id,
        form=entry.form,
        slot=entry.slot,
        status=entry.status,
        answered=bound.entered,
        expected=bound.expected,
        open_queries=open_queries,
    )
    act.derive([cell], CELL_AGAIN)


def _drop_draft(place: Place, by: Actor) -> None:
    if place.may_have_draft:
        _drafts(by, place.subject, place.slot).delete()


def _drafts(by: Actor, subject: Subject, slot: Slot) -> Any:
    drafts = Draft.objects.filter(subject=subject, slot=str(slot))
    return drafts.filter(user_id=by.user.pk) if by.user is not None else drafts.none()


def _note(form: Form, record_id: uuid.UUID, sentence: str, slot: str) -> None:
    act = recording.current()
    if act is not None:
        act.note(form=form.id, record_id=record_id, sentence=sentence, slot=slot)
