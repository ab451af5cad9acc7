"""Visits and queries over the API."""

import pytest

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.program import Program, ProgramOf
from trials.models import Trial
from visits.models import Visit
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(frozen_clock: clock.Fixed) -> None:
    """Hold the clock, so that days can be written down here."""


@pytest.fixture
def program(coordinator_a: Actor, program_of: ProgramOf) -> Program:
    return program_of(coordinator_a)


def test_a_visit_is_recorded_corrected_with_a_reason_and_taken_back(demo: Trial, program: Program) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    path = f"visits/{Visit.objects.get(subject=subject, code='M0').pk}"
    future = program.post(f"{path}/record", done_on="2026-04-01")
    assert future.status_code == 400
    assert future.json()["errors"]["done_on"][0].startswith("2026-04-01 is in the future.")
    assert program.post(f"{path}/record", done_on="2026-03-02").json()["status"] == "done"
    corrected = program.post(f"{path}/record", done_on="2026-03-01")
    assert corrected.json()["code"] == "needs_reason"
    assert program.post(f"{path}/record", done_on="2026-03-01", reason="Misread").json()["revision"] == 3
    assert program.post(f"{path}/undo", reason="Wrong visit").json()["status"] == "planned"
    kinds = [row["kind"] for row in program.get(f"trials/{demo.code}/deviations").json()["results"]]
    assert set(kinds) <= {"visit_window", "consent"}


def test_an_unscheduled_visit_sent_twice_is_one(demo: Trial, program: Program) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    sent = {"key": str(clock.new_id()), "on": "2026-03-02", "reason": "Fever"}
    answers = [program.post(f"subjects/{subject.pk}/visits", **sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Visit.objects.filter(subject=subject, code="UNS").count() == 1


def test_a_question_is_asked_answered_closed_and_opened_again(
    demo: Trial, program: Program, coordinator_a: Actor, monitor: Actor, program_of: ProgramOf
) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data={"WEIGHT": "70.5"})
    visitor = program_of(monitor)
    sent = {"key": str(clock.new_id()), "path": "WEIGHT", "message": "Compare with the source"}
    asked = [visitor.post(f"entries/{entry.pk}/queries", **sent) for _ in range(2)]
    assert asked[0].json() == asked[1].json()
    path = f"queries/{sent['key']}"
    empty = program.post(f"{path}/answer", answer=" ")
    assert empty.json()["errors"] == {"answer": ["Type the answer."]}
    assert program.post(f"{path}/answer", answer="It is right").json()["state"] == "answered"
    again = program.post(f"{path}/answer", answer="No, it is not")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert visitor.post(f"{path}/close").json()["state"] == "closed"
    assert visitor.post(f"{path}/reopen").json()["code"] == "needs_reason"
    assert visitor.post(f"{path}/reopen", reason="Look again").json()["state"] == "open"
    rows = visitor.get(f"trials/{demo.code}/queries", state="open", subject=str(subject.pk)).json()["results"]
    assert [row["id"] for row in rows] == [sent["key"]]


def test_a_question_about_what_identifies_is_shown_to_whoever_may_know_it(
    demo: Trial, monitor: Actor, data_manager: Actor, program_of: ProgramOf
) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    entry = subject.entrys.get(form="DM")
    sent = {"key": str(clock.new_id()), "path": "INITIALS", "message": "Is it AB?"}
    assert program_of(monitor).post(f"entries/{entry.pk}/queries", **sent).status_code == 201
    assert program_of(data_manager).get(f"trials/{demo.code}/queries").json()["results"] == []
    assert program_of(data_manager).get(f"queries/{sent['key']}").status_code == 403
    assert len(program_of(monitor).get(f"trials/{demo.code}/queries").json()["results"]) == 1
