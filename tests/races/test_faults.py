"""A save that breaks off at any statement leaves everything as it was, or everything as it should be."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from edc.access.actor import Actor
from tests import builders
from tests.races.conftest import DAY
from trials.models import Subject, Trial
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db(transaction=True)

LAB = "visit:M1/1/LAB/1"
FIRST = {"LBDAT": "2024-08-01", "ALB": {"text": "38", "unit": "g/L"}, "BILI": {"text": "20", "unit": "umol/L"}}
TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""What frames a transaction is not broken off: Django would not know what became of the connection."""
MOST = 40
DOUBTFUL = {"ALB": {"text": "380", "unit": "g/L"}, "HBVDNA": {"text": "<20", "unit": "IU/mL"}}


@pytest.fixture
def subject(demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=DAY)


def everything() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found[model._meta.label] = sorted(map(repr, cursor.fetchall()))
    return found


class BreaksOff:
    """Lets so many statements through; the next one fails, before it is carried out or after."""

    def __init__(self, through: int, *, carried_out: bool) -> None:
        self.through, self.carried_out = through, carried_out
        self.broken_off = ""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(TRANSACTION):
            self.through -= 1
        if self.through != -1 or sql.startswith(TRANSACTION):
            return execute(sql, params, many, context)
        if self.carried_out:
            execute(sql, params, many, context)
        self.broken_off = sql
        raise OperationalError("The connection was lost.")


@pytest.mark.parametrize("carried_out", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("kind", ["first", "change"])
def test_a_save_that_breaks_off_at_any_statement_changes_nothing(
    subject: Subject, coordinator_a: Actor, kind: str, carried_out: bool
) -> None:
    save = partial(save_entry, by=coordinator_a, subject=subject, slot=LAB, data=FIRST)
    if kind == "change":
        entry = save()
        save = partial(save, data=DOUBTFUL, base_revision=entry.revision, reason="Read again")
    before = everything()
    seen = []
    for through in range(MOST):
        fault = BreaksOff(through, carried_out=carried_out)
        try:
            with connection.execute_wrapper(fault):
                save()
        except OperationalError:
            assert fault.broken_off
            seen.append(fault.broken_off)
            assert everything() == before, f"after a fault at statement {through + 1}: {fault.broken_off[:200]}"
            continue
        assert not fault.broken_off
        break
    after = everything()
    changed = {label for label, rows in after.items() if rows != before[label]}
    expected = {"audit.Act", "audit.ChainHead", "audit.Seal", "visits.Cell", "visits.Entry", "visits.HistoricalEntry"}
    asked = {"visits.Query", "visits.HistoricalQuery"} if kind == "change" else set()
    assert changed == expected | asked | {"visits.LabResult"}
    assert len(seen) >= 5, seen
