"""Visits and infusions as planned and as they took place."""

from collections.abc import Iterator

from edc.exports.description import Column, Dataset, Row
from edc.exports.text import text_of
from trials.datasets import BY_SUBJECT, KEYS
from trials.reading import Reading
from visits.models import Infusion, Visit

PLAN = (
    Column("ANCHOR", "What it was planned from"),
    Column("ANCHORED_ON", "Day of the anchor", "date"),
    Column("PLANNED_ON", "Planned day", "date"),
    Column("EARLIEST", "First day of the window", "date"),
    Column("LATEST", "Last day of the window", "date"),
)
_PLAN_FIELDS = ("anchor", "anchored_on", "planned_on", "earliest", "latest")
_SUBJECT_FIELDS = ("subject__site__code", "subject__label")


def datasets(of: Reading) -> list[Dataset]:
    """The calendar: visits and infusions."""
    return [_visits(of), _infusions(of)]


def _visits(of: Reading) -> Dataset:
    columns = (
        *KEYS,
        Column("VISIT", "Visit"),
        Column("VISIT_SEQ", "Which of the visits of this name", "integer"),
        Column("VISIT_LABEL", "Visit in words"),
        Column("POSITION", "Position in the calendar", "integer"),
        *PLAN,
        Column("DONE_ON", "Day of the visit", "date"),
        Column("STATUS", "Where the visit stands", "code", choices=dict(Visit.Status.choices)),
        Column("NOTE", "Reason"),
    )

    def rows() -> Iterator[Row]:
        found = of.rows(Visit).order_by(*BY_SUBJECT, "position", "sequence", "id")
        names = (*_SUBJECT_FIELDS, "code", "sequence", "label", "position", *_PLAN_FIELDS, "done_on", "status", "note")
        for row in of.stream(found, *names):
            yield [of.trial.code, *map(text_of, row)]

    return Dataset("visits", "Visits", columns, rows)


def _infusions(of: Reading) -> Dataset:
    columns = (
        *KEYS,
        Column("INFUSION", "Number of the infusion", "integer"),
        *PLAN,
        Column("GIVEN_ON", "Day of the infusion", "date"),
        Column("STATUS", "Where the infusion stands", "code", choices=dict(Infusion.Status.choices)),
        Column("NOTE", "Reason"),
    )

    def rows() -> Iterator[Row]:
        found = of.rows(Infusion).order_by(*BY_SUBJECT, "number")
        for row in of.stream(found, *_SUBJECT_FIELDS, "number", *_PLAN_FIELDS, "given_on", "status", "note"):
            yield [of.trial.code, *map(text_of, row)]

    return Dataset("infusions", "Infusions as planned and given", columns, rows)
