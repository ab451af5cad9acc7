"""Visits: done on a day, missed for a reason, taken back, unscheduled; what is unusual becomes a deviation."""

from datetime import date, timedelta

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import NeedsReason, NotAllowed, NotVisible, Refused
from tests import builders
from trials.models import Subject, Trial
from visits.models import Deviation, Infusion, Visit
from visits.operations.entry import save_entry
from visits.operations.visits import add_unscheduled, mark_missed, record_visit, undo_visit

pytestmark = pytest.mark.django_db

DAY_0 = date(2026, 1, 5)


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, arm="CELL", on=DAY_0)


def visit_of(subject: Subject, code: str, sequence: int = 1) -> Visit:
    return Visit.objects.get(subject=subject, code=code, sequence=sequence)


def test_the_calendar_is_laid_from_the_day_of_the_arm(subject: Subject) -> None:
    visits = [(v.code, v.planned_on, v.status) for v in Visit.objects.filter(subject=subject)]
    assert visits == [
        ("SCR", DAY_0, "done"),
        ("M0", DAY_0, "planned"),
        ("M1", date(2026, 2, 5), "planned"),
        ("W8", date(2026, 3, 2), "planned"),
    ]
    infusions = [(i.number, i.planned_on, i.earliest, i.latest) for i in Infusion.objects.filter(subject=subject)]
    assert infusions == [
        (1, DAY_0, date(2026, 1, 2), date(2026, 1, 12)),
        (2, date(2026, 2, 5), date(2026, 2, 2), date(2026, 2, 12)),
    ]


def test_a_visit_in_its_window_is_done_and_no_deviation(subject: Subject, coordinator_a: Actor) -> None:
    visit = record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 2, 7))
    assert (visit.status, visit.done_on) == ("done", date(2026, 2, 7))
    assert not Deviation.objects.exists()
    assert Act.objects.latest("id").sentence == "Month 1 recorded as done"


@pytest.mark.parametrize(("day", "words"), [(date(2026, 1, 28), "1 day before"), (date(2026, 2, 14), "2 days after")])
def test_a_visit_outside_its_window_is_kept_with_a_deviation(
    subject: Subject, coordinator_a: Actor, day: date, words: str
) -> None:
    visit = record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=day)
    deviation = Deviation.objects.get()
    assert visit.done_on == day
    assert (deviation.kind, deviation.visit_id, deviation.occurred_on) == ("visit_window", visit.pk, day)
    assert words in deviation.message


def test_a_deviation_follows_the_correction_of_the_day(subject: Subject, coordinator_a: Actor) -> None:
    visit = record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 2, 14))
    record_visit(by=coordinator_a, visit=visit, done_on=date(2026, 2, 7), reason="Read the wrong line")
    assert Deviation.objects.get().withdrawn
    record_visit(by=coordinator_a, visit=visit, done_on=date(2026, 2, 14), reason="It was right")
    assert not Deviation.objects.get().withdrawn


def test_a_visit_before_consent_is_kept_with_a_deviation(subject: Subject, coordinator_a: Actor) -> None:
    record_visit(by=coordinator_a, visit=visit_of(subject, "M0"), done_on=DAY_0 - timedelta(days=1))
    assert set(Deviation.objects.values_list("kind", flat=True)) == {"visit_window", "consent"}


def test_tomorrow_at_the_site_is_refused(subject: Subject, coordinator_a: Actor, frozen_clock: clock.Fixed) -> None:
    frozen_clock.advance(timedelta(hours=8))  # 16:30 UTC on 2 March is past midnight in Asia/Shanghai
    record_visit(by=coordinator_a, visit=visit_of(subject, "W8"), done_on=date(2026, 3, 3))
    with pytest.raises(Refused) as refused:
        record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 3, 4))
    assert "future" in refused.value.field_errors["done_on"][0]
    assert Act.objects.latest("id").detail["attempted"] == {"done_on": "2026-03-04"}


def test_correcting_a_recorded_day_needs_a_reason(subject: Subject, coordinator_a: Actor) -> None:
    visit = record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 2, 7))
    acts = Act.objects.count()
    record_visit(by=coordinator_a, visit=visit, done_on=date(2026, 2, 7))
    assert Act.objects.count() == acts
    with pytest.raises(NeedsReason):
        record_visit(by=coordinator_a, visit=visit, done_on=date(2026, 2, 8))
    changed = record_visit(by=coordinator_a, visit=visit, done_on=date(2026, 2, 8), reason="Read the wrong line")
    assert changed.done_on == date(2026, 2, 8)


def test_a_missed_visit_has_a_reason_and_a_deviation(subject: Subject, coordinator_a: Actor) -> None:
    visit = visit_of(subject, "M1")
    with pytest.raises(Refused, match="Say why"):
        mark_missed(by=coordinator_a, visit=visit)
    missed = mark_missed(by=coordinator_a, visit=visit, reason="Travelling")
    assert (missed.status, missed.note) == ("missed", "Travelling")
    assert Deviation.objects.get().kind == "visit_missed"


def test_a_visit_is_not_missed_before_its_window_nor_with_forms(subject: Subject, coordinator_a: Actor) -> None:
    with clock.fixed(clock.now() - timedelta(days=20)), pytest.raises(Refused, match="cannot be missed yet"):
        mark_missed(by=coordinator_a, visit=visit_of(subject, "W8"), reason="Travelling")
    save_entry(by=coordinator_a, subject=subject, slot="visit:M1/1/VS/1", data={"VSDAT": "2026-02-05"})
    with pytest.raises(Refused, match="Forms are filled in"):
        mark_missed(by=coordinator_a, visit=visit_of(subject, "M1"), reason="Travelling")


def test_what_was_recorded_in_error_is_taken_back_with_a_reason(subject: Subject, coordinator_a: Actor) -> None:
    visit = record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 2, 7))
    with pytest.raises(NeedsReason):
        undo_visit(by=coordinator_a, visit=visit)
    undone = undo_visit(by=coordinator_a, visit=visit, reason="Another participant")
    assert (undone.status, undone.done_on) == ("planned", None)
    with pytest.raises(Refused, match="nothing to take back"):
        undo_visit(by=coordinator_a, visit=undone, reason="Again")


def test_the_screening_visit_stays_on_its_day(subject: Subject, coordinator_a: Actor) -> None:
    for act in (
        lambda: record_visit(by=coordinator_a, visit=visit_of(subject, "SCR"), done_on=DAY_0 + timedelta(days=1)),
        lambda: undo_visit(by=coordinator_a, visit=visit_of(subject, "SCR"), reason="Another day"),
    ):
        with pytest.raises(Refused, match="so it stays"):
            act()


def test_the_same_unscheduled_visit_twice_is_one(subject: Subject, coordinator_a: Actor) -> None:
    key = clock.new_id()
    first = add_unscheduled(by=coordinator_a, subject=subject, on=date(2026, 2, 20), key=key)
    again = add_unscheduled(by=coordinator_a, subject=subject, on=date(2026, 2, 20), key=key)
    second = add_unscheduled(by=coordinator_a, subject=subject, on=date(2026, 2, 21), key=clock.new_id())
    assert first.pk == again.pk
    assert [first.label, second.label] == ["Unscheduled visit 1", "Unscheduled visit 2"]
    assert undo_visit(by=coordinator_a, visit=second, reason="Never took place").status == "cancelled"


def test_another_site_and_a_reading_role_cannot_record(subject: Subject, coordinator_b: Actor, monitor: Actor) -> None:
    visit = visit_of(subject, "M1")
    with pytest.raises(NotVisible):
        record_visit(by=coordinator_b, visit=visit, done_on=date(2026, 2, 7))
    with pytest.raises(NotAllowed):
        record_visit(by=monitor, visit=visit, done_on=date(2026, 2, 7))
    assert visit_of(subject, "M1").status == "planned"
