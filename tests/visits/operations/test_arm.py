"""The arm: consent and eligibility checked again, once for each participant, never told by what is returned."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import Conflict, NeedsPassword, NotAllowed, Refused
from tests import builders
from trials.models import Allocation, EligibilityVerdict, Subject, Trial
from trials.operations.protocol import load_protocol
from trials.protocol import load_text
from visits.models import Infusion, Visit
from visits.operations.arm import assign_arm
from visits.operations.consent import withdraw_consent
from visits.operations.ending import screen_fail
from visits.operations.entry import save_entry
from visits.operations.infusions import record_infusion

pytestmark = pytest.mark.django_db


@pytest.fixture
def eligible(demo: Trial) -> Subject:
    return builders.eligible_subject(demo)


def assign(by: Actor, subject: Subject, **given: Any) -> Subject:
    asked = {"key": clock.new_id(), "arm": "CELL", "note": "Chosen with the family", "password": builders.PASSWORD}
    done: Subject = assign_arm(by=by, subject=subject, **(asked | given))
    return done


def test_the_arm_takes_a_participant_on_study_and_lays_the_calendar(eligible: Subject, investigator_a: Actor) -> None:
    subject = assign(investigator_a, eligible)
    today = clock.today(subject.site.time_zone)
    assert (subject.status, subject.enrolled_on) == ("on_study", today)
    allocation = Allocation.objects.get(subject=subject)
    assert (allocation.arm, allocation.method, allocation.note) == (
        "CELL",
        "investigator_choice",
        "Chosen with the family",
    )
    assert {visit.code for visit in Visit.objects.filter(subject=subject)} >= {"SCR", "M0", "M1", "W8"}
    assert Infusion.objects.filter(subject=subject).count() == 2
    act = Act.objects.filter(operation="visits.assign_arm").latest("id")
    assert (act.outcome, act.reason) == ("done", "Chosen with the family")


@pytest.mark.parametrize(
    ("anchor", "month_1"), [("consent", "2026-02-05"), ("arm", "2026-02-09"), ("first_infusion", "")]
)
def test_the_calendar_hangs_on_the_baseline_of_the_protocol(
    frozen_clock: clock.Fixed, anchor: str, month_1: str
) -> None:
    text = (
        builders.DEMO.read_text(encoding="utf-8")
        .replace("baseline: {anchor: arm,", f"baseline: {{anchor: {anchor},")
        .replace("  arms: [CELL]\n  number: 2", "  arms: [CELL]\n  anchor: arm\n  number: 2")
    )
    trial = load_protocol(by=builders.system(), loaded=load_text(text), source=text).trial
    subject = builders.eligible_subject(trial, on=datetime.date(2026, 1, 5))
    day = datetime.date(2026, 1, 9)
    subject = assign_arm(
        by=builders.system(), subject=subject, key=clock.new_id(), arm="CELL", note="As agreed", assigned_on=day
    )
    planned = Visit.objects.filter(subject=subject, code="M1").values_list("planned_on", flat=True)
    assert [each.isoformat() for each in planned] == ([month_1] if month_1 else [])
    infusion = Infusion.objects.get(subject=subject, number=1)
    assert infusion.planned_on == day
    record_infusion(by=builders.system(), infusion=infusion, data={"EXSTDAT": "2026-01-12"})
    after = Visit.objects.get(subject=subject, code="M1").planned_on.isoformat()
    assert after == (month_1 or "2026-02-12")


def test_the_other_arm_has_no_infusions(eligible: Subject, investigator_a: Actor) -> None:
    assign(investigator_a, eligible, arm="CTL")
    assert not Infusion.objects.filter(subject=eligible).exists()


def test_one_click_sent_twice_assigns_once_and_a_second_click_is_refused(
    eligible: Subject, investigator_a: Actor
) -> None:
    key = clock.new_id()
    assign(investigator_a, eligible, key=key)
    assign(investigator_a, eligible, key=key, arm="CTL")
    assert Allocation.objects.get().arm == "CELL"
    with pytest.raises(Conflict, match="assigned already"):
        assign(investigator_a, eligible)


def test_a_value_corrected_after_the_verdict_stops_the_assignment(eligible: Subject, investigator_a: Actor) -> None:
    """The rules run again inside the transaction: the stored verdicts still say that all is well."""
    save_entry(
        by=builders.system(),
        subject=eligible,
        slot="visit:SCR/1/DM/1",
        data={"PREGYN": "Y"},
        base_revision=1,
        reason="Test repeated",
    )
    assert not EligibilityVerdict.objects.exclude(verdict="met").exists()
    with pytest.raises(Refused, match="look at E01"):
        assign(investigator_a, eligible)
    assert not Allocation.objects.exists()


def _withdraw(subject: Subject) -> None:
    today = clock.today(subject.site.time_zone)
    withdraw_consent(by=builders.system(), subject=subject, on=today, reason="Changed their mind")


def _fail(subject: Subject) -> None:
    screen_fail(by=builders.system(), subject=subject, on=clock.today(subject.site.time_zone), reason="Moved away")


@pytest.mark.parametrize(("first", "said"), [(_withdraw, "withdrawn"), (_fail, "has ended")])
def test_without_consent_or_after_the_end_no_arm_is_assigned(
    eligible: Subject, investigator_a: Actor, first: Callable[[Subject], None], said: str
) -> None:
    first(eligible)
    with pytest.raises(Refused, match=said):
        assign(investigator_a, eligible)


def test_nothing_decided_names_what_stands_against(demo: Trial, investigator_a: Actor) -> None:
    with pytest.raises(Refused, match="I01, I02, E01"):
        assign(investigator_a, builders.screened_subject(demo))


def test_a_new_consent_version_comes_first(demo: Trial, investigator_a: Actor) -> None:
    subject = builders.eligible_subject(demo, on=datetime.date(2024, 3, 1))
    with pytest.raises(Refused, match=r"Version 2.0 is in use now"):
        assign(investigator_a, subject)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"note": ""}, "note"),
        ({"arm": ""}, "arm"),
        ({"arm": "NONE"}, "arm"),
        ({"assigned_on": datetime.date(2200, 1, 1)}, "assigned_on"),
        ({"assigned_on": datetime.date(2000, 1, 1)}, "assigned_on"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said_at_its_field(
    eligible: Subject, investigator_a: Actor, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        assign(investigator_a, eligible, **given)
    assert list(refusal.value.field_errors) == [field]


def test_a_wrong_password_and_a_coordinator_assign_nothing(
    eligible: Subject, investigator_a: Actor, coordinator_a: Actor
) -> None:
    with pytest.raises(NeedsPassword):
        assign(investigator_a, eligible, password="not this one")
    with pytest.raises(NotAllowed):
        assign(coordinator_a, eligible)
    assert not Allocation.objects.exists()


def test_the_ceiling_of_the_whole_trial_holds_at_the_last_moment(frozen_clock: clock.Fixed, demo: Trial) -> None:
    waiting = builders.eligible_subject(demo, "BB")
    for _ in range(10):
        builders.enrolled_subject(demo, "AA")
    with pytest.raises(Refused, match="All 10 places"):
        assign(builders.system(), waiting)
