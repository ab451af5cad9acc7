"""Queries and protocol deviations. What is asked about closed information is left out with it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from edc.exports.description import Column, Dataset, Information, LeftOut, Row
from edc.exports.text import text_of
from trials.datasets import BY_SUBJECT, KEYS
from trials.reading import IDENTIFIES, Reading
from visits.models import BlindingClass, Deviation, Query

_WITHHELD = Column("WITHHELD", "The words are left out", "code", choices={"Y": "left out", "N": "complete"})


def datasets(of: Reading) -> list[Dataset]:
    """Queries and deviations."""
    return [_queries(of), _deviations(of)]


def open_to(of: Reading, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows that may be known of at all: what would tell an arm goes whole, so that counts tell nothing."""
    return rows if of.unblinding else rows.exclude(blinding=BlindingClass.UNBLINDING)


def words_left_out(of: Reading) -> tuple[LeftOut, ...]:
    """The words about identifying items, which may repeat what was typed."""
    if of.includes(Information.IDENTIFYING):
        return ()
    return (LeftOut("The words of what is asked or remarked about items that identify a participant", IDENTIFIES),)


def _queries(of: Reading) -> Dataset:
    columns = (
        *KEYS,
        Column("QUERY", "Key of the query"),
        Column("FORM", "Form"),
        Column("SLOT", "Place in the case book"),
        Column("ENTRY", "Key of the entry"),
        Column("PATH", "Item that is asked about"),
        Column("STATE", "Where the query stands", "code", choices=dict(Query.State.choices)),
        Column("OPENED_BY", "Who asked", "code", choices=dict(Query.OpenedBy.choices)),
        Column("CHECK", "Check that asked"),
        Column("OPENED_AT", "When it was asked", "moment"),
        Column("CHANGED_AT", "When it last changed", "moment"),
        _WITHHELD,
        Column("MESSAGE", "Question"),
        Column("ANSWER", "Answer"),
        Column("CLOSING_NOTE", "Remark on closing"),
    )
    revisions = Query.history.model._default_manager.filter(id=OuterRef("pk"))
    names = (
        *("subject__site__code", "subject__label", "id", "entry__form", "entry__slot", "entry_id", "path"),
        *("state", "opened_by", "check_id", "opened_at", "changed_at", "blinding", "message", "answer", "closing_note"),
    )

    def rows() -> Iterator[Row]:
        found = open_to(of, of.rows(Query)).annotate(
            opened_at=Subquery(revisions.order_by("revision").values("history_date")[:1]),
            changed_at=Subquery(revisions.order_by("-revision").values("history_date")[:1]),
        )
        for *known, blinding, message, answer, note in of.stream(found.order_by(*BY_SUBJECT, "id"), *names):
            yield [of.trial.code, *map(text_of, known), *_words(of, blinding, message, answer, note)]

    return Dataset("queries", "Queries", columns, rows, words_left_out(of))


def _deviations(of: Reading) -> Dataset:
    columns = (
        *KEYS,
        Column("DEVIATION", "Key of the deviation"),
        Column("KIND", "Kind of deviation", "code", choices=dict(Deviation.Kind.choices)),
        Column("OCCURRED_ON", "Day", "date"),
        Column("VISIT", "Visit"),
        Column("VISIT_SEQ", "Which of the visits of this name", "integer"),
        Column("INFUSION", "Number of the infusion", "integer"),
        Column("SLOT", "Place in the case book"),
        Column("WITHDRAWN", "No longer so after a correction", "code", choices={"Y": "no longer so", "N": "stands"}),
        _WITHHELD,
        Column("MESSAGE", "What happened"),
    )
    names = (
        *("subject__site__code", "subject__label", "id", "kind", "occurred_on", "visit__code", "visit__sequence"),
        *("infusion__number", "entry__slot", "withdrawn", "blinding", "message"),
    )

    def rows() -> Iterator[Row]:
        found = open_to(of, of.rows(Deviation)).order_by(*BY_SUBJECT, "occurred_on", "id")
        for *known, blinding, message in of.stream(found, *names):
            yield [of.trial.code, *map(text_of, known), *_words(of, blinding, message)]

    return Dataset("deviations", "Protocol deviations", columns, rows, words_left_out(of))


def _words(of: Reading, blinding: str, *words: str) -> list[str]:
    """Whether the words are left out, then the words or nothing."""
    if of.includes(blinding):
        return ["N", *words]
    return ["Y", *("" for _ in words)]
