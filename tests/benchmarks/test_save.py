"""What an audited save costs, against the least that any audited save can cost.

The anchor is one statement that inserts a data row and an audit row of the same content, with one commit that waits for
the disk. Ours is the service call a page makes: membership, lock, binding and checks, entry, history, act, seal, cell.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from edc.access.actor import Actor, actor_for
from edc.access.models import User
from tests.benchmarks.measure import in_turn, report
from trials.models import Subject
from visits.models import LabResult
from visits.operations.entry import save_entry

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("default")]

VISITS = ("M0", "M3", "M6", "M9", "M12")
ROUNDS = 150
NUMBERS = {f"N{number:02}": f"{number * 3}.{number % 10}" for number in range(1, 26)}
ANCHOR = """
WITH data AS (INSERT INTO bench_data (slot, content) VALUES (%s, %s::jsonb) RETURNING id)
INSERT INTO bench_audit (data_id, actor, changes) SELECT id, %s, %s::jsonb FROM data
"""


@pytest.fixture
def anchor(bench_trial: object) -> Iterator[Callable[[dict[str, Any]], Callable[[int], object]]]:
    """One statement, one commit that waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_data (id bigserial PRIMARY KEY, slot text UNIQUE, content jsonb NOT NULL)")
        cursor.execute(
            "CREATE TABLE bench_audit (id bigserial PRIMARY KEY, data_id bigint REFERENCES bench_data, actor text,"
            " at timestamptz DEFAULT clock_timestamp(), changes jsonb NOT NULL)"
        )

    def of(values: dict[str, Any]) -> Callable[[int], object]:
        content = json.dumps({item: {"text": text} for item, text in values.items()})
        changes = json.dumps({f"values.{item}": [None, {"text": text}] for item, text in values.items()})

        def insert(turn: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(ANCHOR, [f"{len(values)}/{turn}", content, "coordinator", changes])

        return insert

    yield of
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_audit, bench_data")


def panel(subject: Subject) -> dict[str, Any]:
    """The laboratory panel of the protocol: every analyte with a plausible value in its first unit."""
    form = subject.protocol.form("LAB")
    values: dict[str, Any] = {"LBDAT": "2024-03-01"}
    for item in form.items():
        if item.kind == "lab":
            analyte = subject.protocol.analyte(item.analyte or item.id)
            unit = analyte.by_unit[item.units[0]] if item.units else analyte.units[0]
            low, high = unit.plausible
            middle = (low + high) / 2
            values[item.id] = {"text": f"{middle:.{min(item.decimals or 0, 1)}f}", "unit": unit.unit}
    # Total cholesterol less HDL cholesterol, or a check asks.
    total, high_density = (Decimal(values[name]["text"]) for name in ("CHOL", "HDL"))
    values["NONHDL"]["text"] = str(total - high_density)
    return values


@pytest.mark.parametrize(("form", "bar"), [("F25", "14, aim 8"), ("LAB", "22")])
def test_audited_save_against_one_statement(
    form: str,
    bar: str,
    coordinator: Actor,
    participants: Callable[[int], list[Subject]],
    anchor: Callable[[dict[str, Any]], Callable[[int], object]],
) -> None:
    places = [
        (subject, f"visit:{visit}/1/{form}/1")
        for subject in participants((ROUNDS + 20) // len(VISITS))
        for visit in VISITS
    ]
    values = NUMBERS if form == "F25" else panel(places[0][0])
    user = User.objects.get(pk=coordinator.key)

    def save(turn: int) -> None:
        subject, slot = places[turn]
        save_entry(by=actor_for(user), subject=subject, slot=slot, data=values)

    name = f"audited save, {len(values)} items"
    measured = in_turn({"one statement": anchor(values), name: save}, ROUNDS)
    report(f"Saving a form of {len(values)} items (PostgreSQL)", measured, "one statement", {name: f"<= {bar}"})
    with CaptureQueriesContext(
        connection,
    ) as captured:
        save(ROUNDS + 15)
    statements = [one["sql"].split(None, 1)[0] for one in captured if one["sql"] not in ("BEGIN", "COMMIT")]
    print(f"  statements of one save: {len(statements)} ({' '.join(statements)})")
    if form == "LAB":
        print(f"  laboratory results laid by it: {LabResult.objects.filter(subject=places[ROUNDS + 15][0]).count()}")
