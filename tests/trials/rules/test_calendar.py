from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.rules.calendar import (
    Between,
    Offset,
    Timing,
    Window,
    add_months,
    add_offset,
    age_on,
    months_from,
    study_day,
    visit_timing,
    window,
    years_from,
)
from trials.rules.partial_date import PartialDate

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "months", "target"),
    [
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 31), 2, date(2024, 3, 31)),
        (date(2024, 1, 31), 3, date(2024, 4, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 10, 15), 3, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 1, 15), -13, date(2022, 12, 15)),
        (date(2024, 5, 5), 0, date(2024, 5, 5)),
    ],
)
def test_months_are_counted_from_the_anchor(anchor: date, months: int, target: date) -> None:
    assert add_months(anchor, months) == target
    assert add_offset(anchor, Offset(months=months)) == target


def test_offsets_in_days_and_weeks() -> None:
    assert add_offset(date(2024, 2, 28), Offset(days=2)) == date(2024, 3, 1)
    assert add_offset(date(2024, 2, 28), Offset(weeks=-1)) == date(2024, 2, 21)
    assert str(Offset(days=1)) == "1 day"
    assert str(Offset(months=3)) == "3 months"


@pytest.mark.parametrize("given_parts", [{}, {"days": 1, "weeks": 1}])
def test_an_offset_has_exactly_one_unit(given_parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Offset(**given_parts)


def test_months_outside_the_calendar_are_refused() -> None:
    with pytest.raises(OverflowError, match="outside the calendar"):
        add_months(date(9999, 12, 1), 1)


def test_a_window_includes_both_its_ends() -> None:
    assert window(date(2024, 3, 10), before=7, after=14) == Window(date(2024, 3, 3), date(2024, 3, 24))
    with pytest.raises(ValueError, match="below zero"):
        window(date(2024, 3, 10), before=-1)


def test_there_is_no_day_zero() -> None:
    reference = date(2024, 3, 10)
    assert [study_day(reference + timedelta(days=n), reference) for n in (-2, -1, 0, 1)] == [-2, -1, 1, 2]


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2000, 5, 17), date(2018, 5, 16), 17),
        (date(2000, 5, 17), date(2018, 5, 17), 18),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 2, 29), date(2020, 2, 28), 19),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (PartialDate(2000, 5), date(2018, 5, 16), Between(17, 18)),
        (PartialDate(2000, 5), date(2018, 6, 1), 18),
        (PartialDate(2000), date(2018, 7, 1), Between(17, 18)),
        (PartialDate(2000), date(2018, 12, 31), 18),
        (PartialDate(2000, 5, 17), PartialDate(2018), Between(17, 18)),
    ],
)
def test_age_is_in_completed_years(birth: date | PartialDate, on: date | PartialDate, age: int | Between) -> None:
    assert age_on(birth, on) == age


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 1, 31), date(2024, 2, 29), 0),
        (date(2024, 1, 31), date(2024, 3, 1), 1),
        (date(2024, 1, 31), date(2024, 3, 31), 2),
        (date(2024, 1, 15), date(2024, 4, 14), 2),
        (date(2024, 1, 15), date(2024, 4, 15), 3),
        (date(2024, 4, 15), date(2024, 1, 15), -3),
    ],
)
def test_completed_months(start: date, end: date, months: int) -> None:
    assert months_from(start, end) == months


@given(DAYS, DAYS, st.integers(0, 60))
def test_later_days_never_make_fewer_months_or_years(start: date, end: date, more: int) -> None:
    later = end + timedelta(days=more)
    assert months_from(start, later) >= months_from(start, end)
    assert years_from(start, later) >= years_from(start, end)
    assert months_from(start, end) == -months_from(end, start)


@given(DAYS, st.integers(-600, 600))
def test_a_target_is_in_the_month_asked_for_and_as_near_to_the_day_as_it_can(anchor: date, months: int) -> None:
    target = add_months(anchor, months)
    assert (target.year * 12 + target.month) - (anchor.year * 12 + anchor.month) == months
    assert target.day == anchor.day or (target + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("actual", "today", "timing"),
    [
        (None, date(2024, 3, 2), Timing.PLANNED),
        (None, date(2024, 3, 3), Timing.DUE),
        (None, date(2024, 3, 24), Timing.DUE),
        (None, date(2024, 3, 25), Timing.OVERDUE),
        (date(2024, 3, 2), date(2024, 4, 1), Timing.EARLY),
        (date(2024, 3, 3), date(2024, 4, 1), Timing.ON_TIME),
        (date(2024, 3, 24), date(2024, 4, 1), Timing.ON_TIME),
        (date(2024, 3, 25), date(2024, 4, 1), Timing.LATE),
    ],
)
def test_where_a_visit_stands(actual: date | None, today: date, timing: Timing) -> None:
    assert visit_timing(date(2024, 3, 10), date(2024, 3, 3), date(2024, 3, 24), actual, today) is timing


def test_a_planned_day_outside_its_window_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="within its window"):
        visit_timing(date(2024, 3, 1), date(2024, 3, 3), date(2024, 3, 24), None, date(2024, 3, 1))
