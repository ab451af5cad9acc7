"""A participant from screening to the end, by a program alone; and what happens when it sends something twice."""

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.audit.verification import problems
from tests import builders
from tests.program import ProgramOf
from trials.models import Allocation, Subject, Trial

pytestmark = pytest.mark.django_db

SCREENING = {"site": "AA", "consent_version": "2.0", "consented_on": "2026-03-02", "screened_on": "2026-03-02"}
DM = {"INITIALS": "AB", "BRTHDAT": "1985-03-07", "SEX": "F", "PREGYN": "N"}


@pytest.fixture(autouse=True)
def _morning(frozen_clock: clock.Fixed) -> None:
    """Hold the clock, so that days can be written down here."""


def test_a_participant_is_screened_found_eligible_assigned_and_ended(
    demo: Trial, coordinator_a: Actor, investigator_a: Actor, program_of: ProgramOf
) -> None:
    coordinator, investigator = program_of(coordinator_a), program_of(investigator_a)
    screened = coordinator.post(f"trials/{demo.code}/subjects", key=clock.new_id(), **SCREENING)
    assert (screened.status_code, screened.json()["label"], screened.json()["status"]) == (201, "AA-001", "screening")
    path = f"subjects/{screened.json()['id']}"
    assert coordinator.put(f"{path}/entries/visit:SCR/1/DM/1", as_of=0, values=DM).status_code == 200
    verdicts = coordinator.post(f"{path}/eligibility/evaluate").json()
    assert {row["criterion"]: row["verdict"] for row in verdicts} == {"I01": "met", "I02": "unknown", "E01": "met"}
    assert verdicts[2]["evidence"]["DM.PREGYN"]["text"] == "N"
    assert investigator.put(f"{path}/eligibility/I02", verdict="met").status_code == 200
    arm = {"key": str(clock.new_id()), "arm": "CELL", "note": "As agreed"}
    refused = investigator.post(f"{path}/arm", **arm, password="not it")
    assert (refused.status_code, refused.json()["code"]) == (400, "password-wrong")
    answers = [investigator.post(f"{path}/arm", **arm, password=builders.PASSWORD) for _ in range(2)]
    assert [(answer.status_code, answer.json()["arm"]) for answer in answers] == [(200, "Cells"), (200, "Cells")]
    assert Allocation.objects.count() == 1
    codes = [visit["code"] for visit in coordinator.get(f"{path}/visits").json()["results"]]
    assert codes == ["SCR", "M0", "M1", "W8"]
    assert coordinator.post(f"{path}/consent/withdraw", on="2026-03-02", reason="Moved away").status_code == 200
    assert coordinator.get(f"{path}/consent").json()["withdrawn_on"] == "2026-03-02"
    ended = investigator.post(f"{path}/end", status="withdrawn", on="2026-03-02", note="Moved away")
    assert ended.json()["status"] == "withdrawn"
    assert list(problems()) == []


def test_the_same_screening_twice_is_one_participant(demo: Trial, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program, key = program_of(coordinator_a), str(clock.new_id())
    answers = [program.post(f"trials/{demo.code}/subjects", key=key, **SCREENING) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Subject.objects.count() == 1
    assert Act.objects.filter(operation="visits.screen_subject").count() == 1


@pytest.mark.parametrize(
    ("changed", "name", "sentence"),
    [
        ({"screened_on": "2026-03-09"}, "screened_on", "This day is still to come. Check the date."),
        ({"screened_on": "09.03.2026"}, "screened_on", "Write the day as 2026-03-14."),
        ({"screened_on": 20260309}, "screened_on", "Write the day as 2026-03-14."),
        ({"consent_version": "1.0"}, "consent_version", "On 2 Mar 2026 version 2.0 was in use."),
        ({"consented_on": None}, "consented_on", "This is needed."),
        ({"site": 7}, "site", "Send this as text, in quotes."),
        ({"nope": 7}, "nope", "There is no such value here."),
    ],
)
def test_a_screening_that_cannot_be_is_refused_by_the_value(
    changed: dict[str, object], name: str, sentence: str, demo: Trial, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    sent = {"key": clock.new_id(), **SCREENING, **changed}
    answer = program_of(coordinator_a).post(f"trials/{demo.code}/subjects", **sent)
    assert answer.status_code == 400
    ((path, sentences),) = answer.json()["errors"].items()
    assert path == name
    assert sentences[0].startswith(sentence.split(".", maxsplit=1)[0])
    assert Subject.objects.count() == 0


def test_nobody_is_screened_at_another_site(demo: Trial, coordinator_b: Actor, program_of: ProgramOf) -> None:
    answer = program_of(coordinator_b).post(f"trials/{demo.code}/subjects", key=clock.new_id(), **SCREENING)
    assert answer.status_code == 404


def test_what_decided_is_not_shown_where_it_identifies_or_forms_are_not_read(
    demo: Trial, pharmacist: Actor, program_of: ProgramOf
) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    rows = program_of(pharmacist).get(f"subjects/{subject.pk}/eligibility").json()
    assert [row["evidence"] for row in rows] == [{}, {}, {}]
