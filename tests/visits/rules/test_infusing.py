"""What an infusion on record must obey, and where it departs from the plan, by tables of examples."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import DEMO
from trials.protocol import Protocol, load_file
from trials.protocol.schema.schedule import Infusions
from visits.rules import infusing
from visits.rules.infusing import Course, Limits

LIMITS = Limits(assigned_on=date(2026, 1, 5), today=date(2026, 3, 2))
FIRST = Course(1, date(2026, 1, 5), time(23, 0), date(2026, 1, 6), time(1, 0))
FOURTH = Course(4, date(2026, 2, 20))


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_file(DEMO).protocol


@pytest.fixture(scope="module")
def planned(protocol: Protocol) -> Infusions:
    assert protocol.infusions is not None
    return protocol.infusions


def second(**known: Any) -> Course:
    return Course(2, **{"given_on": date(2026, 2, 5), "start": time(10, 0), "stop": time(11, 0), **known})


@pytest.mark.parametrize(
    ("course", "role", "message"),
    [
        (second(), "", ""),
        (Course(2), "", ""),
        (second(given_on=date(2026, 3, 3)), "date", "in the future"),
        (second(given_on=date(2026, 1, 4)), "date", "arm was assigned on 5 Jan 2026"),
        (second(stop=time(9, 59)), "stop", "not after its start at 10:00. Check both times, or give the day"),
        (second(stop=time(10, 0)), "stop", "not after its start"),
        (second(stop=time(10, 1)), "", ""),
        (second(start=time(23, 30), stop=time(0, 30)), "stop", "ended on the next day"),
        (second(start=time(23, 30), stop=time(0, 30), ended_on=date(2026, 2, 6)), "", ""),
        (second(stop=time(9, 0), ended_on=date(2026, 2, 5)), "stop", "not after its start at 10:00. Check both times."),
        (second(ended_on=date(2026, 2, 4)), "end_date", "before the day of the infusion"),
        (second(stop=None), "", ""),
        (second(given_on=date(2026, 2, 21)), "date", "Infusion 4 was given earlier, on 20 Feb 2026"),
        (second(given_on=date(2026, 1, 6), start=time(0, 30)), "start", "Infusion 1 was being given at that time"),
        (second(given_on=date(2026, 1, 6), start=time(1, 0), stop=time(2, 0)), "", ""),
        (second(given_on=date(2026, 1, 5), start=time(23, 0), stop=None), "start", "Infusion 1 was being given"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_item(planned: Infusions, course: Course, role: str, message: str) -> None:
    found = list(infusing.objections(course, [FIRST, FOURTH], planned, LIMITS))
    assert [one.role for one in found][:1] == ([role] if role else [])
    assert message in " ".join(one.message for one in found)


def test_today_is_not_the_future(planned: Infusions) -> None:
    assert list(infusing.objections(second(given_on=date(2026, 3, 2)), [FIRST], planned, LIMITS)) == []


def test_nothing_is_given_after_the_participation_ended(planned: Infusions) -> None:
    limits = Limits(date(2026, 1, 5), date(2026, 3, 2), ended_on=date(2026, 2, 4))
    (found,) = infusing.objections(second(), [], planned, limits)
    assert found.message == "The participation ended on 4 Feb 2026. Type a day up to then."


@pytest.mark.parametrize(
    ("course", "checks"),
    [
        (second(), []),
        (Course(2), []),
        (second(given_on=date(2026, 2, 1)), ["infusion.window"]),
        (second(given_on=date(2026, 2, 2)), []),
        (second(given_on=date(2026, 2, 12)), []),
        (second(given_on=date(2026, 2, 13)), ["infusion.window"]),
        (second(given_on=date(2026, 1, 25)), ["infusion.window", "infusion.interval"]),
        (second(given_on=date(2026, 1, 26)), ["infusion.window"]),
        (second(cells=Decimal("3.6e7")), []),
        (second(cells=Decimal("35999999")), ["infusion.dose"]),
        (second(cells=Decimal("4.4e7")), []),
        (second(cells=Decimal("44000001")), ["infusion.dose"]),
        (second(volume=Decimal("36.0")), []),
        (second(volume=Decimal("35.9")), ["infusion.volume"]),
        (second(volume=Decimal("44.1"), cells=Decimal("1e7")), ["infusion.dose", "infusion.volume"]),
    ],
)
def test_a_departure_is_told_exactly_at_its_limit(planned: Infusions, course: Course, checks: list[str]) -> None:
    found = infusing.departures(course, FIRST, planned, date(2026, 2, 2), date(2026, 2, 12))
    assert [one.check.value for one in found] == checks


def test_the_sentences_say_what_was_planned(planned: Infusions) -> None:
    course = second(given_on=date(2026, 1, 25), cells=Decimal("5.25e7"), volume=Decimal("30.0"))
    found = infusing.departures(course, FIRST, planned, date(2026, 2, 2), date(2026, 2, 12))
    assert [one.message for one in found] == [
        "Infusion 2 was given 8 days before its window opened (2 Feb 2026 to 12 Feb 2026).",
        "Infusion 2 was given 20 days after infusion 1; at least 21 days are planned between two.",
        "Infusion 2: 5.25 × 10^7 cells were given; 4.0 × 10^7 are planned, within 10 %.",
        "Infusion 2: 30.0 mL were given; 40 mL are planned, within 10 %.",
    ]


def test_without_a_tolerance_any_other_dose_is_a_departure(planned: Infusions) -> None:
    exact = planned.model_copy(update={"dose": planned.dose.model_copy(update={"tolerance_percent": None})})
    for cells, many in (("40000000", 0), ("40000001", 1)):
        course = second(cells=Decimal(cells))
        assert len(list(infusing.departures(course, None, exact, date(2026, 2, 2), date(2026, 2, 12)))) == many


@pytest.mark.parametrize(
    ("number", "words"),
    [("40000000", "4.0 × 10^7"), ("4e7", "4.0 × 10^7"), ("35999999", "3.5999999 × 10^7"), ("100000", "1.0 × 10^5")],
)
def test_a_number_of_cells_in_words(number: str, words: str) -> None:
    assert infusing.cells_in_words(Decimal(number)) == words


def test_neighbours_are_those_that_were_given() -> None:
    courses = [FIRST, Course(3), FOURTH]
    assert infusing.previous_of(Course(2), courses) == FIRST
    assert infusing.previous_of(Course(5), courses) == FOURTH
    assert infusing.previous_of(Course(1), courses) is None
    assert infusing.next_of(2, courses) == FOURTH
    assert infusing.next_of(4, courses) is None
