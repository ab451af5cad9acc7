"""The calendar of a participant follows the days it hangs on, and leaves alone what took place."""

from datetime import date, timedelta

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from tests import builders
from trials.models import Subject, Trial
from visits import planning
from visits.models import Infusion, Visit
from visits.operations.infusions import record_infusion, undo_infusion
from visits.operations.visits import record_visit

pytestmark = pytest.mark.django_db

DAY_0 = date(2026, 1, 5)
GIVEN = {"EXSTTIM": "09:00", "EXCELLS": {"text": "4.0", "unit": "10^7"}, "EXVOL": "40"}


@operation(Permission.ARM_ASSIGN, "Calendar laid again for a test", on="subject")
def lay_again(*, by: Actor, reason: str, subject: Subject, baseline_on: date) -> Subject:
    planning.lay_calendar(subject, baseline_on, "CELL")
    return subject


@operation(Permission.PARTICIPATION_END, "Calendar closed for a test", on="subject")
def close(*, by: Actor, reason: str, subject: Subject, on: date) -> Subject:
    planning.close_calendar(subject, on)
    return subject


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, arm="CELL", on=DAY_0)


def visit_of(subject: Subject, code: str) -> Visit:
    return Visit.objects.get(subject=subject, code=code)


def test_laying_twice_adds_nothing(subject: Subject) -> None:
    before = list(Visit.objects.filter(subject=subject).values_list("pk", "revision"))
    lay_again(by=builders.system(), subject=subject, baseline_on=DAY_0)
    assert list(Visit.objects.filter(subject=subject).values_list("pk", "revision")) == before


def test_a_corrected_day_0_moves_what_is_planned_and_leaves_what_took_place(
    subject: Subject, coordinator_a: Actor
) -> None:
    record_visit(by=coordinator_a, visit=visit_of(subject, "M0"), done_on=DAY_0)
    lay_again(by=builders.system(), subject=subject, baseline_on=DAY_0 + timedelta(days=2))
    assert visit_of(subject, "M0").planned_on == DAY_0
    assert visit_of(subject, "M1").planned_on == date(2026, 2, 7)
    assert Infusion.objects.get(subject=subject, number=2).planned_on == date(2026, 2, 7)


def test_a_visit_after_an_infusion_is_laid_moved_and_cancelled_with_it(subject: Subject, coordinator_a: Actor) -> None:
    first = Infusion.objects.get(subject=subject, number=1)
    assert not Visit.objects.filter(subject=subject, code="F30").exists()
    record_infusion(by=coordinator_a, infusion=first, data={**GIVEN, "EXSTDAT": "2026-01-06"})
    assert visit_of(subject, "F30").planned_on == date(2026, 2, 5)
    undo_infusion(by=coordinator_a, infusion=first, reason="Another participant")
    gone = visit_of(subject, "F30")
    assert (gone.status, gone.note) == ("cancelled", planning.NO_ANCHOR)
    entry = first.entries.get()
    record_infusion(
        by=coordinator_a, infusion=first, data={**GIVEN, "EXSTDAT": "2026-01-07"}, base_revision=entry.revision
    )
    again = visit_of(subject, "F30")
    assert (again.pk, again.status, again.planned_on) == (gone.pk, "planned", date(2026, 2, 6))


def test_the_end_cancels_only_what_is_planned(subject: Subject, coordinator_a: Actor) -> None:
    record_visit(by=coordinator_a, visit=visit_of(subject, "M0"), done_on=DAY_0)
    close(by=builders.system(), subject=subject, on=date(2026, 3, 1))
    states = dict(Visit.objects.filter(subject=subject).values_list("code", "status"))
    assert states == {"SCR": "done", "M0": "done", "M1": "cancelled", "W8": "cancelled"}
    assert set(Infusion.objects.filter(subject=subject).values_list("status", flat=True)) == {"cancelled"}
    assert visit_of(subject, "M1").note == "The participation ended on 2026-03-01."
