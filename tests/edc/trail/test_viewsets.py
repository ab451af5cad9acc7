"""The trail over the API: the words of the pages, for whoever the pages show them to."""

import pytest

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.program import ProgramOf
from trials.models import Subject, Trial
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor) -> Subject:
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    slot = "visit:M0/1/VS/1"
    save_entry(by=coordinator_a, subject=subject, slot=slot, data={"WEIGHT": "70.5"})
    save_entry(by=coordinator_a, subject=subject, slot=slot, data={"WEIGHT": "75.5"}, base_revision=1, reason="Misread")
    return subject


def test_an_act_says_who_what_when_and_why_in_words(
    subject: Subject, demo: Trial, monitor: Actor, program_of: ProgramOf
) -> None:
    newest = program_of(monitor).get(f"trials/{demo.code}/trail", limit=1, form="VS").json()["results"][0]
    assert (newest["person"], newest["role"], newest["reason"]) == ("Ada Coordinator", "coordinator", "Misread")
    assert newest["subject_label"] == subject.label
    assert newest["changes"] == [
        {"label": "Weight", "path": "WEIGHT", "table": "visits.entry", "old": "70.5 kg", "new": "75.5 kg"}
    ]


def test_the_trail_is_narrowed_and_read_to_its_end(
    subject: Subject, demo: Trial, monitor: Actor, program_of: ProgramOf
) -> None:
    program, path = program_of(monitor), f"trials/{demo.code}/trail"
    saves = program.get(path, form="VS", user="coordinator_a", order="time").json()["results"]
    assert [act["reason"] for act in saves] == ["", "Misread"]
    assert program.get(path, since="2030-01-01T00:00:00Z").json()["results"] == []
    assert program.get(path, since="yesterday").status_code == 400
    whole = program.get(f"subjects/{subject.pk}/trail").json()["results"]
    page = program.get(f"subjects/{subject.pk}/trail", limit=2).json()
    rest = program.get(f"subjects/{subject.pk}/trail", after=page["next"]).json()["results"]
    assert page["results"] + rest == whole


def test_what_identifies_is_hidden_from_whoever_may_not_know_it(
    subject: Subject, demo: Trial, monitor: Actor, data_manager: Actor, program_of: ProgramOf
) -> None:
    path = f"subjects/{subject.pk}/trail"
    assert "1985" in program_of(monitor).get(path, form="DM").content.decode()
    seen = program_of(data_manager).get(path, form="DM").content.decode()
    assert "1985" not in seen
    assert "hidden" in seen
