"""Adverse events over the API."""

import pytest

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.program import ProgramOf
from trials.models import Trial

pytestmark = pytest.mark.django_db

REPORT = {"AETERM": "Fever", "AESTDAT": "2026-03", "AEGRADE": "2", "AESER": "N"}


def test_an_event_is_recorded_changed_by_revision_and_withdrawn(
    frozen_clock: clock.Fixed, demo: Trial, nurse_a: Actor, program_of: ProgramOf
) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    program, key = program_of(nurse_a), str(clock.new_id())
    path = f"subjects/{subject.pk}/events"
    wrong = program.post(path, key=key, values={**REPORT, "AEGRADE": "9"})
    assert list(wrong.json()["errors"]) == ["AEGRADE"]
    answers = [program.post(path, key=key, values=REPORT) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["number"], answers[0].json()["onset"], answers[0].json()["serious"]) == (
        1,
        "2026-03",
        False,
    )
    report = f"events/{key}/report"
    assert program.put(report, values={"AEGRADE": "3"}, reason="Worse").status_code == 428
    assert program.put(report, as_of=1, values={"AEGRADE": "3"}).json()["code"] == "needs_reason"
    assert program.put(report, as_of=1, values={"AEGRADE": "3"}, reason="Worse").headers["ETag"] == '"2"'
    stale = program.put(report, as_of=1, values={"AEGRADE": "1"}, reason="Better")
    assert (stale.status_code, stale.json()["current"]["values"]["AEGRADE"]) == (412, {"text": "3"})
    assert program.get(f"events/{key}").json()["serious"] is True
    assert [row["id"] for row in program.get(f"trials/{demo.code}/events").json()["results"]] == [key]
    assert program.post(f"events/{key}/withdraw", reason="Not this participant").json()["withdrawn"] is True
    assert program.put(report, as_of=3, values=REPORT).json()["code"] == "refused"
