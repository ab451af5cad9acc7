"""The calendar hangs on anchors; nothing is chained and nothing is planned from a day that is not known."""

from datetime import date

import pytest

from tests import builders
from trials.protocol import Protocol, load_file
from visits.rules import plan


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_file(builders.DEMO).protocol


def test_month_targets_are_reckoned_from_the_anchor(protocol: Protocol) -> None:
    found = {one.code: one for one in plan.visits(protocol, "CTL", plan.Days(baseline=date(2026, 1, 31)))}
    assert list(found) == ["M0", "M1", "W8"]
    assert found["M1"].planned_on == date(2026, 2, 28)
    assert (found["M1"].earliest, found["M1"].latest) == (date(2026, 2, 21), date(2026, 3, 7))
    assert found["W8"].planned_on == date(2026, 3, 28)


def test_what_hangs_on_an_infusion_waits_for_it_and_for_its_arm(protocol: Protocol) -> None:
    days = plan.Days(baseline=date(2026, 1, 31), infusions={1: date(2026, 2, 3)})
    assert [one.code for one in plan.visits(protocol, "CTL", days)] == ["M0", "M1", "W8"]
    last = list(plan.visits(protocol, "CELL", days))[-1]
    assert (last.code, last.anchored_on, last.planned_on) == ("F30", date(2026, 2, 3), date(2026, 3, 5))


def test_infusions_are_planned_only_in_their_arms_and_never_chained(protocol: Protocol) -> None:
    days = plan.Days(baseline=date(2026, 1, 31))
    assert list(plan.infusions(protocol, "CTL", days)) == []
    planned = list(plan.infusions(protocol, "CELL", days))
    assert [(one.sequence, one.planned_on) for one in planned] == [(1, date(2026, 1, 31)), (2, date(2026, 2, 28))]


def test_without_an_anchor_nothing_is_planned(protocol: Protocol) -> None:
    assert list(plan.visits(protocol, "CELL", plan.Days())) == []
    assert list(plan.infusions(protocol, "CELL", plan.Days())) == []


def test_a_visit_after_each_infusion_comes_once_for_each(protocol: Protocol) -> None:
    days = plan.Days(infusions={1: date(2026, 1, 5), 3: date(2026, 3, 5)})
    assert days.of("each_infusion", 2) == [(1, date(2026, 1, 5)), (3, date(2026, 3, 5))]
    assert days.of("last_infusion", 2) == []
    assert days.of("last_infusion", 3) == [(1, date(2026, 3, 5))]
