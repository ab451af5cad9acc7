"""The calendar of a trial: offsets from an anchor, windows, study days, ages.

Every target is reckoned from its anchor and never from the target before it, so that 31 January stays the
last day of each month instead of drifting to the 28th.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from trials.rules.partial_date import PartialDate, bounds


class Between(NamedTuple):
    """A number of which only the limits are known, both included: an age, or a laboratory value below a limit."""

    low: int | Decimal
    high: int | Decimal


class Window(NamedTuple):
    """The days on which a visit counts as on time, both included."""

    earliest: date
    latest: date


@dataclass(frozen=True, slots=True)
class Offset:
    """How far from the anchor, in days, weeks or calendar months: one of the three. Below zero is before."""

    days: int | None = None
    weeks: int | None = None
    months: int | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.days, self.weeks, self.months)) != 1:
            raise ValueError("An offset is given in days, in weeks or in months: exactly one of them.")

    def __str__(self) -> str:
        for number, word in ((self.days, "day"), (self.weeks, "week"), (self.months, "month")):
            if number is not None:
                return f"{number} {word}{'' if abs(number) == 1 else 's'}"
        raise AssertionError("an offset has exactly one part")


class Timing(StrEnum):
    """Where a visit stands, from its dates alone. That it was missed is said by a person, never reckoned."""

    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    EARLY = "early"
    LATE = "late"


def add_months(anchor: date, months: int) -> date:
    """The same day of another month; where that month is too short, its last day.

    31 January and one month is 28 or 29 February; 31 January and two months is 31 March.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"{anchor.isoformat()} and {months} months is outside the calendar.")
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def add_offset(anchor: date, offset: Offset) -> date:
    """The target of a visit: the anchor and its offset."""
    if offset.months is not None:
        return add_months(anchor, offset.months)
    if offset.weeks is not None:
        return anchor + timedelta(weeks=offset.weeks)
    return anchor + timedelta(days=offset.days or 0)


def window(target: date, before: int = 0, after: int = 0) -> Window:
    """The days from `before` days ahead of the target to `after` days past it, both included."""
    if before < 0 or after < 0:
        raise ValueError("A window is opened by days before and days after its target; neither is below zero.")
    return Window(target - timedelta(days=before), target + timedelta(days=after))


def study_day(on: date, reference: date) -> int:
    """The day of the study: the reference day is 1, the day before it -1; there is no day 0 (CDISC)."""
    days = (on - reference).days
    return days + 1 if days >= 0 else days


def months_from(start: date, end: date) -> int:
    """Completed calendar months; below zero where the end comes first.

    A month is completed on the day with the same number, and where a month has no such day on the first of
    the next one: from 31 January one month is completed on 1 March. So twelve of them are a completed year.
    """
    if end < start:
        return -months_from(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def years_from(start: date, end: date) -> int:
    """Completed years; below zero where the end comes first. From 29 February one is completed on 1 March."""
    months = months_from(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


def age_on(birth: date | PartialDate, on: date | PartialDate) -> int | Between:
    """Completed years of age; where a partial date leaves two or more answers, the lowest and the highest."""
    born_first, born_last = bounds(birth)
    on_first, on_last = bounds(on)
    low, high = years_from(born_last, on_first), years_from(born_first, on_last)
    return low if low == high else Between(low, high)


def visit_timing(planned: date, earliest: date, latest: date, actual: date | None, today: date) -> Timing:
    """Where a visit stands: by its actual date once it took place, until then by today's date at the site."""
    if not earliest <= planned <= latest:
        raise ValueError("The planned day of a visit lies within its window.")
    if actual is not None:
        if actual < earliest:
            return Timing.EARLY
        return Timing.LATE if actual > latest else Timing.ON_TIME
    if today < earliest:
        return Timing.PLANNED
    return Timing.OVERDUE if today > latest else Timing.DUE
