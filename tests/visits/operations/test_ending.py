"""The end of a participation: from every state to every other, allowed or refused."""

import datetime
import itertools

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.errors import NotAllowed, Refused
from tests import builders
from trials.models import Subject, Trial
from trials.rules import participation as p
from visits.models import Infusion, Visit
from visits.operations.ending import end_participation, screen_fail

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
ENDS = (p.COMPLETED, p.WITHDRAWN, p.LOST, p.DIED)


def end(subject: Subject, status: str, by: Actor | None = None, days: int = 0, note: str = "Told us so") -> Subject:
    on = clock.today("Asia/Shanghai") + DAY * days
    ended: Subject = (
        screen_fail(by=by or builders.system(), subject=subject, on=on, reason=note)
        if status == p.SCREEN_FAILED
        else end_participation(by=by or builders.system(), subject=subject, status=status, on=on, note=note)
    )
    return ended


def subject_in(demo: Trial, status: str) -> Subject:
    """A participant in a state, brought there by the operations."""
    if status in {p.SCREENING, p.SCREEN_FAILED}:
        subject = builders.screened_subject(demo)
    else:
        subject = builders.enrolled_subject(demo, arm="CELL")
    return subject if status in {p.SCREENING, p.ON_STUDY} else end(subject, status)


@pytest.mark.parametrize("old", [p.SCREENING, p.SCREEN_FAILED, p.ON_STUDY, *ENDS])
def test_from_each_state_every_end_is_recorded_or_refused(demo: Trial, old: str) -> None:
    for new in (p.SCREEN_FAILED, *ENDS):
        subject = subject_in(demo, old)
        if new in p.ALLOWED.get(old, ()):
            assert end(subject, new).status == new
        else:
            with pytest.raises(Refused) as refusal:
                end(subject, new, days=-1)
            assert refusal.value.message == p.refusal(old, new)
            subject.refresh_from_db()
            assert subject.status == old


def test_every_end_is_covered() -> None:
    assert set(itertools.chain.from_iterable(p.ALLOWED.values())) == {p.ON_STUDY, p.SCREEN_FAILED, *ENDS}


def test_the_end_cancels_what_is_planned_and_keeps_what_was_done(demo: Trial, investigator_a: Actor) -> None:
    subject = end(subject_in(demo, p.ON_STUDY), p.WITHDRAWN, by=investigator_a)
    assert subject.ended_on == clock.today("Asia/Shanghai")
    assert subject.end_note == "Told us so"
    assert set(Visit.objects.filter(subject=subject).values_list("code", "status")) >= {
        ("SCR", "done"),
        ("M0", "cancelled"),
        ("M1", "cancelled"),
    }
    assert {infusion.status for infusion in Infusion.objects.filter(subject=subject)} == {"cancelled"}


def test_the_same_end_again_changes_nothing(demo: Trial) -> None:
    subject = end(subject_in(demo, p.ON_STUDY), p.LOST)
    assert end(subject, p.LOST).revision == subject.revision


@pytest.mark.parametrize(("days", "note", "field"), [(1, "Why", "on"), (-1, "Why", "on"), (0, " ", "note")])
def test_a_day_that_cannot_be_or_no_word_is_refused_at_its_field(demo: Trial, days: int, note: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        end(subject_in(demo, p.ON_STUDY), p.LOST, days=days, note=note)
    assert list(refusal.value.field_errors) == [field]


def test_a_screen_failure_says_why(demo: Trial, coordinator_a: Actor) -> None:
    subject = builders.screened_subject(demo)
    with pytest.raises(Refused):
        end(subject, p.SCREEN_FAILED, by=coordinator_a, note="")
    assert end(subject, p.SCREEN_FAILED, by=coordinator_a).has_ended


def test_a_coordinator_does_not_end_a_participation(demo: Trial, coordinator_a: Actor) -> None:
    with pytest.raises(NotAllowed):
        end(subject_in(demo, p.ON_STUDY), p.COMPLETED, by=coordinator_a)
