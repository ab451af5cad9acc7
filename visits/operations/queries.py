"""Asking about an answer, answering, and closing the question. The form's cell always knows how many are open."""

import uuid

from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Conflict, NeedsReason, NotAllowed, NotVisible, Refused
from edc.text import printable
from trials.protocol.schema.forms import Form
from visits.forms.values import flatten, label_of
from visits.models import Cell, Entry, Query
from visits.queries.classes import class_at, may_know
from visits.storing import lock_entry

LONGEST = 2000


@operation(Permission.QUERY_OPEN, "Query opened", on="entry")
def open_query(*, by: Actor, reason: str, entry: Entry, path: str, message: str, key: uuid.UUID | None = None) -> Query:
    """Ask about one item of a saved form, or with an empty path about the form as a whole."""
    entry = lock_entry(entry)
    form = entry.protocol_version.protocol.form(entry.form)
    again: Query | None = Query.objects.filter(pk=key, entry=entry).first() if key else None
    if again is not None:
        again.subject = entry.subject
        return again
    if entry.withdrawn:
        raise Refused("This form was withdrawn, so nothing can be asked about it.")
    if path and not (path in form.groups_by_id or path in flatten(entry.values) or path in form.by_id):
        raise Refused("This form has no such item.")
    _check_may_know(by, entry, class_at(form, path))
    query = Query(
        subject=entry.subject,
        entry=entry,
        path=path,
        opened_by=Query.OpenedBy.PERSON,
        message=_text(message, "message", "Type the question."),
        blinding=class_at(form, path),
    )
    if key is not None:
        query.id = key
    query.save()
    _note(query, form, "Query opened")
    _count(entry)
    return query


@operation(Permission.QUERY_ANSWER, "Query answered", on="query")
def answer_query(*, by: Actor, reason: str, query: Query, answer: str) -> Query:
    """Answer an open query at the site. It is closed by whoever may, or by itself when the value is corrected."""
    query, form = _locked(query, by)
    text = _text(answer, "answer", "Type the answer.")
    if query.state == Query.State.ANSWERED and query.answer == text:
        return query
    _expect(query, Query.State.OPEN)
    query.answer, query.state = text, Query.State.ANSWERED
    return _saved(query, form, "Query answered")


@operation(Permission.QUERY_CLOSE, "Query closed", on="query")
def close_query(*, by: Actor, reason: str, query: Query, note: str = "") -> Query:
    """Close a query that is answered, or that needs no answer. A query closed without an answer needs a note."""
    query, form = _locked(query, by)
    if query.state == Query.State.CLOSED:
        return query
    if query.state == Query.State.OPEN and not note.strip():
        message = "Nobody has answered this query. Say why it is closed all the same."
        raise Refused(message, field_errors={"note": [message]})
    query.closing_note, query.state = printable(note).strip()[:LONGEST], Query.State.CLOSED
    return _saved(query, form, "Query closed")


@operation(Permission.QUERY_CLOSE, "Query opened again", on="query")
def reopen_query(*, by: Actor, reason: str, query: Query) -> Query:
    """Open an answered or closed query again. Needs a reason, which the site reads beside the question."""
    query, form = _locked(query, by)
    if query.state == Query.State.OPEN:
        return query
    if not reason:
        raise NeedsReason("Say why the query is opened again.")
    if query.entry.withdrawn:
        raise Refused("This form was withdrawn, so nothing can be asked about it.")
    query.state, query.answer, query.closing_note = Query.State.OPEN, "", ""
    return _saved(query, form, "Query opened again")


def _locked(query: Query, by: Actor) -> tuple[Query, Form]:
    """The entry first and then its query, locked in the order in which a save of the form locks them."""
    entry = lock_entry(query.entry)
    row = Query.objects.select_for_update(of=("self",)).get(pk=query.pk)
    row.entry, row.subject = entry, entry.subject
    _check_may_know(by, entry, row.blinding)
    return row, entry.protocol_version.protocol.form(entry.form)


def _check_may_know(by: Actor, entry: Entry, information: str) -> None:
    if not by.may(Permission.ENTRY_VIEW, entry.scope()):
        raise NotVisible
    if not may_know(by, entry.scope(), information):
        raise NotAllowed


def _expect(query: Query, state: Query.State) -> None:
    if query.state != state:
        raise Conflict(f"This query is {query.get_state_display()} by now. Look at it again.", current=query)


def _saved(query: Query, form: Form, sentence: str) -> Query:
    query.save()
    _note(query, form, sentence)
    _count(query.entry)
    return query


def _note(query: Query, form: Form, sentence: str) -> None:
    act = recording.current()
    if act is not None:
        act.note(
            form=form.id,
            record_id=query.entry_id,
            sentence=f"{sentence}: {label_of(form, query.path)}",
            path=query.path,
            query=str(query.pk),
        )


def _count(entry: Entry) -> None:
    """Bring the matrix cell up to date."""
    still_open = Query.objects.filter(entry=entry, state=Query.State.OPEN).count()
    Cell.objects.filter(entry=entry).update(open_queries=still_open)


def _text(typed: str, field: str, missing: str) -> str:
    text = printable(typed).strip()
    message = missing if not text else f"Keep it under {LONGEST:,} characters." if len(text) > LONGEST else ""
    if message:
        raise Refused(message, field_errors={field: [message]}, attempted={field: text[:LONGEST]})
    return text
