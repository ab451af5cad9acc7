"""What an infusion on record must obey, and where it departs from the plan. Times are local to the site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from trials.protocol.schema.schedule import Dose, Infusions, Offset
from trials.rules import calendar
from trials.rules.dates import day_in_words

Role = Literal["date", "start", "end_date", "stop", "dose", "volume"]
"""Which of the items that the protocol names: `date` is the one of its `date_item`."""

HUNDRED = Decimal(100)


class Check(StrEnum):
    """The names under which departures are asked about."""

    WINDOW = "infusion.window"
    INTERVAL = "infusion.interval"
    DOSE = "infusion.dose"
    VOLUME = "infusion.volume"


@dataclass(frozen=True, slots=True)
class Course:
    """One infusion as it was recorded; None for what is not known."""

    number: int
    given_on: date | None = None
    start: time | None = None
    ended_on: date | None = None
    """The day of the end where it was recorded; an infusion without one ends on the day it began."""
    stop: time | None = None
    cells: Decimal | None = None
    volume: Decimal | None = None

    @property
    def began_at(self) -> datetime | None:
        """Day and time of the start, when both are known."""
        return _moment(self.given_on, self.start)

    @property
    def stopped_at(self) -> datetime | None:
        """Day and time of the stop, when they are known."""
        return _moment(self.ended_on or self.given_on, self.stop)


@dataclass(frozen=True, slots=True)
class Limits:
    """The days between which an infusion can have been given at all."""

    assigned_on: date
    today: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an infusion cannot have been as it was typed, at one of its items."""

    role: Role
    message: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Where an infusion was given otherwise than planned. It is stored all the same."""

    check: Check
    role: Role
    message: str


def objections(course: Course, others: Iterable[Course], planned: Infusions, limits: Limits) -> Iterator[Objection]:
    """Everything that cannot be: days out of reach, a stop before the start, two infusions at once or out of order."""
    if course.given_on is not None:
        yield from _days_out_of_reach(course.given_on, limits)
    yield from _stops_before_it_starts(course, planned)
    given = [other for other in others if other.given_on is not None and other.number != course.number]
    for other in sorted(given, key=lambda one: one.number):
        yield from _out_of_order(course, other)
        yield from _at_once(course, other)


def departures(
    course: Course, previous: Course | None, planned: Infusions, earliest: date, latest: date
) -> Iterator[Departure]:
    """Window, distance from the infusion before, cells and volume. Nothing is said of what is not recorded."""
    if course.given_on is not None:
        yield from _outside_its_window(course.number, course.given_on, earliest, latest)
        yield from too_soon(course, previous, planned)
    yield from _other_dose(course, planned.dose)


def too_soon(course: Course, previous: Course | None, planned: Infusions) -> Iterator[Departure]:
    """Less than the least interval after the infusion before it."""
    interval, before = planned.minimum_interval, previous.given_on if previous else None
    if interval is None or before is None or previous is None or course.given_on is None:
        return
    if course.given_on < _after(before, interval):
        days = (course.given_on - before).days
        yield Departure(
            Check.INTERVAL,
            "date",
            f"Infusion {course.number} was given {_counted(days, 'day')} after infusion {previous.number}; "
            f"at least {interval} are planned between two.",
        )


def previous_of(course: Course, others: Iterable[Course]) -> Course | None:
    """The last infusion given before this one."""
    return max(
        (one for one in others if one.given_on is not None and one.number < course.number),
        key=lambda one: one.number,
        default=None,
    )


def next_of(number: int, others: Iterable[Course]) -> Course | None:
    """The first infusion given after the one with this number."""
    return min(
        (one for one in others if one.given_on is not None and one.number > number),
        key=lambda one: one.number,
        default=None,
    )


def cells_in_words(number: Decimal) -> str:
    """4.0 × 10^7 for 40000000."""
    plain = number.normalize()
    power = plain.adjusted()
    digits = format(plain.scaleb(-power), "f")
    return f"{digits if '.' in digits else digits + '.0'} × 10^{power}"


def _days_out_of_reach(day: date, limits: Limits) -> Iterator[Objection]:
    if day > limits.today:
        today = day_in_words(limits.today)
        yield Objection("date", f"{day_in_words(day)} is in the future; today is {today}. Type a date up to today.")
    if day < limits.assigned_on:
        assigned = day_in_words(limits.assigned_on)
        yield Objection("date", f"The arm was assigned on {assigned}, so no infusion was given before that day.")
    if limits.ended_on is not None and day > limits.ended_on:
        ended = day_in_words(limits.ended_on)
        yield Objection("date", f"The participation ended on {ended}. Type a day up to then.")


def _stops_before_it_starts(course: Course, planned: Infusions) -> Iterator[Objection]:
    if course.given_on is not None and course.ended_on is not None and course.ended_on < course.given_on:
        yield Objection("end_date", "The end is before the day of the infusion. Check both days.")
        return
    same_day = course.ended_on is None or course.ended_on == course.given_on
    if not same_day or course.start is None or course.stop is None or course.stop > course.start:
        return
    stop, start = course.stop.strftime("%H:%M"), course.start.strftime("%H:%M")
    advice = "Check both times."
    if planned.end_date_item is not None and course.ended_on is None:
        advice = "Check both times, or give the day of the end if it ended on the next day."
    yield Objection("stop", f"The infusion stops at {stop}, which is not after its start at {start}. {advice}")


def _out_of_order(course: Course, other: Course) -> Iterator[Objection]:
    if course.given_on is None or other.given_on is None:
        return
    day = day_in_words(other.given_on)
    if other.number < course.number and other.given_on > course.given_on:
        yield Objection("date", f"Infusion {other.number} was given later, on {day}. Check the dates of both.")
    elif other.number > course.number and other.given_on < course.given_on:
        yield Objection("date", f"Infusion {other.number} was given earlier, on {day}. Check the dates of both.")


def _at_once(course: Course, other: Course) -> Iterator[Objection]:
    """Overlap, as far as the times are known; without times two infusions of one day are not compared."""
    began, other_began = course.began_at, other.began_at
    if began is None or other_began is None:
        return
    stopped, other_stopped = course.stopped_at or began, other.stopped_at or other_began
    if began == other_began or (began < other_stopped and other_began < stopped):
        at = f"{day_in_words(other_began.date())}, {other_began:%H:%M}"
        message = f"Infusion {other.number} was being given at that time (start {at}). Check both times."
        yield Objection("start", message)


def _outside_its_window(number: int, day: date, earliest: date, latest: date) -> Iterator[Departure]:
    window = f"({day_in_words(earliest)} to {day_in_words(latest)})"
    if day < earliest:
        days = _counted((earliest - day).days, "day")
        yield Departure(Check.WINDOW, "date", f"Infusion {number} was given {days} before its window opened {window}.")
    elif day > latest:
        days = _counted((day - latest).days, "day")
        yield Departure(Check.WINDOW, "date", f"Infusion {number} was given {days} after its window closed {window}.")


def _other_dose(course: Course, dose: Dose) -> Iterator[Departure]:
    """Cells and volume beyond the tolerance. A dose by weight has no fixed number of cells to compare with."""
    tolerance = dose.tolerance_percent or Decimal(0)
    planned = dose.amount if dose.basis == "cells" else None
    margin = f", within {tolerance} %" if tolerance else ""
    if course.cells is not None and planned is not None and _differs(course.cells, planned, tolerance):
        given, wanted = cells_in_words(course.cells), cells_in_words(planned)
        sentence = f"Infusion {course.number}: {given} cells were given; {wanted} are planned{margin}."
        yield Departure(Check.DOSE, "dose", sentence)
    volume = dose.volume_ml
    if course.volume is not None and volume is not None and _differs(course.volume, volume, tolerance):
        sentence = f"Infusion {course.number}: {course.volume} mL were given; {volume} mL are planned{margin}."
        yield Departure(Check.VOLUME, "volume", sentence)


def _differs(given: Decimal, planned: Decimal, tolerance: Decimal) -> bool:
    """Whether a dose lies beyond the tolerance, in per cent of the planned one; the limits themselves are within."""
    return abs(given - planned) * HUNDRED > planned * tolerance


def _after(day: date, interval: Offset) -> date:
    offset = calendar.Offset(days=interval.days, weeks=interval.weeks, months=interval.months)
    return calendar.add_offset(day, offset)


def _moment(day: date | None, at: time | None) -> datetime | None:
    return None if day is None or at is None else datetime.combine(day, at)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
