"""Lists by key give every row once, in order, whatever the size of a page, in a fixed number of queries."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.program import Program, ProgramOf
from trials.models import Trial
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db


def every(program: Program, path: str, **parameters: Any) -> list[Any]:
    """All rows of a list, page by page."""
    rows, after = [], ""
    while True:
        page = program.get(path, after=after or None, **parameters) if after else program.get(path, **parameters)
        assert page.status_code == 200
        rows += page.json()["results"]
        after = page.json()["next"]
        if after is None:
            return rows
        assert len(page.json()["results"]) == parameters["limit"]


@pytest.fixture
def trial(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor) -> Trial:
    """Five participants screened on three days, one of them with forms."""
    for back in (0, 2, 2, 1, 0):
        builders.screened_subject(demo, "AA", on=datetime.date(2026, 3, 2) - datetime.timedelta(days=back))
    return demo


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
@pytest.mark.parametrize("order", ["label", "-label", "screened_on", "-screened_on"])
def test_every_row_comes_once_and_in_order(
    limit: int, order: str, trial: Trial, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    rows = every(program_of(coordinator_a), f"trials/{trial.code}/subjects", limit=limit, order=order)
    assert sorted(row["label"] for row in rows) == ["AA-001", "AA-002", "AA-003", "AA-004", "AA-005"]
    column = order.removeprefix("-")
    keys = [(row[column], row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=order.startswith("-"))


def test_a_cursor_of_another_order_is_refused(trial: Trial, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    path = f"trials/{trial.code}/subjects"
    after = program.get(path, limit=2, order="label").json()["next"]
    assert program.get(path, limit=2, order="-label", after=after).status_code == 400


def test_filters_narrow_a_list(trial: Trial, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program, path = program_of(coordinator_a), f"trials/{trial.code}/subjects"
    assert [row["label"] for row in program.get(path, text="004").json()["results"]] == ["AA-004"]
    assert program.get(path, site="BB").json()["results"] == []
    assert program.get(path, status="on_study").json()["results"] == []
    assert len(program.get(path, status="screening").json()["results"]) == 5


def statements(program: Program, path: str) -> tuple[int, int]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = program.get(path)
    assert answer.status_code == 200
    return len(answer.json()["results"]), len(captured)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor, monitor: Actor, program_of: ProgramOf
) -> None:
    program = program_of(monitor)
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    paths = [
        *(f"trials/{demo.code}/{name}" for name in ("subjects", "queries", "deviations", "events", "trail")),
        *(f"subjects/{subject.pk}/{name}" for name in ("entries", "visits", "trail")),
    ]

    def fill(number: int) -> None:
        save_entry(
            by=coordinator_a,
            subject=subject,
            slot="log/CM/1",
            data={"CMTRT": f"Medicine {number}"},
            key=clock.new_id(),
        )
        other = builders.enrolled_subject(demo, "AA", arm="CELL")
        weighed = {"VSDAT": "2026-03-02", "WEIGHT": "160"}
        save_entry(by=coordinator_a, subject=other, slot="visit:M0/1/VS/1", data=weighed)

    fill(1)
    few = {path: statements(program, path) for path in paths}
    for number in range(2, 5):
        fill(number)
    many = {path: statements(program, path) for path in paths}
    for path in paths:
        assert many[path][1] == few[path][1], path
        assert many[path][1] <= 30, path  # the trail asks each table that was touched
    assert many[f"trials/{demo.code}/subjects"][0] == few[f"trials/{demo.code}/subjects"][0] + 3
    assert many[f"subjects/{subject.pk}/entries"][0] == few[f"subjects/{subject.pk}/entries"][0] + 3
