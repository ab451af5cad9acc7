"""Dates as people know them: a day, a month, or only a year.

Nothing is guessed. `03/04/2024` is two different days in two countries, so it is refused with the forms that
can only be read in one way. What is unknown stays unknown: `UN-MAR-2026` is March 2026, not its first day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time
from typing import Self

FIRST_YEAR = 1850
LAST_YEAR = 2150

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH_NUMBERS = {
    **{name.lower(): number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}
_UNKNOWN = ("un", "unk")

FORMS = "2024-03-05 or 5 Mar 2024"
PARTIAL_FORMS = f"{FORMS}; with the day unknown 2024-03 or Mar 2024, with only the year known 2024"

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2}|unk?)(?:-([0-9]{2}|unk?))?")
_DAY_FIRST = re.compile(r"([0-9]{1,2}|unk?)[ -]+([a-z]+)[ -]+([0-9]+)")
_MONTH_FIRST = re.compile(r"([a-z]+)[ -]+([0-9]+)")
_YEAR = re.compile(r"[0-9]{4}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")


class DateError(ValueError):
    """A date or time that was not understood; the text says what to type instead."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown. It stands for each day it could be."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise DateError(f"The year {self.year} is out of reach: it is from {FIRST_YEAR} to {LAST_YEAR}.")
        if self.month is None:
            if self.day is not None:
                raise DateError("A day without a month cannot be kept: give the month, or only the year.")
            return
        if not 1 <= self.month <= len(MONTHS):
            raise DateError(f"There is no month {self.month}: months are 01 to 12.")
        if self.day is None:
            return
        length = monthrange(self.year, self.month)[1]
        if not 1 <= self.day <= length:
            month = MONTHS[self.month - 1]
            raise DateError(f"There is no day {self.day} in {month} {self.year}: it has {length} days.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed, whole or partial; anything that can be read in two ways is refused."""
        year, month, day = _read(text, PARTIAL_FORMS)
        return cls(year, month, day)

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Read the stored form: `2024`, `2024-03` or `2024-03-05`, and nothing else."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise DateError(f"{text!r} is not a stored date: it is written 2024, 2024-03 or 2024-03-05.")
        return cls(int(match[1]), _known(match[2]), _known(match[3]))

    @classmethod
    def from_date(cls, day: date) -> Self:
        """The same day, as a date of which nothing is unknown."""
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        return self.iso()

    def iso(self) -> str:
        """The stored form: `2024`, `2024-03` or `2024-03-05`."""
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def full(self) -> date | None:
        """The day, or None while part of it is unknown."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def earliest(self) -> date:
        """The first day it could be."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day it could be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def words(self) -> str:
        """As one would say it: `5 March 2024`, `March 2024, day unknown`, `2024, day and month unknown`."""
        if self.month is None:
            return f"{self.year}, day and month unknown"
        month = f"{MONTHS[self.month - 1]} {self.year}"
        return f"{month}, day unknown" if self.day is None else f"{self.day} {month}"

    def sort_key(self) -> tuple[date, date]:
        """For lists: by the first day it could be; what is known better comes first."""
        return self.earliest(), self.latest()

    def is_before(self, other: "PartialDate | date") -> bool | None:
        """Whether it is certainly before (True), certainly not (False), or cannot be told (None)."""
        first, last = bounds(other)
        if self.latest() < first:
            return True
        return False if self.earliest() >= last else None

    def is_after(self, other: "PartialDate | date") -> bool | None:
        """Whether it is certainly after (True), certainly not (False), or cannot be told (None)."""
        first, last = bounds(other)
        if self.earliest() > last:
            return True
        return False if self.latest() <= first else None


def bounds(when: PartialDate | date) -> tuple[date, date]:
    """The first and the last day it could be; twice the same where it is known."""
    if isinstance(when, PartialDate):
        return when.earliest(), when.latest()
    return when, when


def parse_date(text: str) -> date:
    """Read a whole date that a person typed; a partial one is refused, since each part is needed."""
    year, month, day = _read(text, FORMS)
    full = PartialDate(year, month, day).full()
    if full is None:
        raise DateError(f"The whole date is needed, with day, month and year: type {FORMS}.")
    return full


def parse_time(text: str) -> time:
    """Read a time of the day on the 24-hour clock, with two digits each: `09:05`, `14:05`."""
    match = _TIME.fullmatch(text.strip(" "))
    if match is None:
        raise DateError("Type the time on the 24-hour clock with two digits each: 09:05 or 14:05.")
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError:
        raise DateError(f"There is no time {match[0]}: hours are 00 to 23, minutes 00 to 59.") from None


def _read(text: str, forms: str) -> tuple[int, int | None, int | None]:
    """Year, month and day as typed; what is unknown is None. `forms` is what the person is told to type."""
    typed = text.strip(" ").lower()
    if not typed:
        raise DateError(f"No date was typed: type {forms}.")
    if not typed.isascii():
        raise DateError(f"Use only the digits 0 to 9 and English month names: type {forms}.")
    if _YEAR.fullmatch(typed):
        return int(typed), None, None
    if match := _YEAR_FIRST.fullmatch(typed):
        return int(match[1]), _known(match[2]), _known(match[3])
    if match := _DAY_FIRST.fullmatch(typed):
        return _year(match[3], forms), _month(match[2], forms), _known(match[1])
    if match := _MONTH_FIRST.fullmatch(typed):
        return _year(match[2], forms), _month(match[1], forms), None
    if re.fullmatch(r"[0-9]+[/.][0-9]+([/.][0-9]+)?", typed):
        raise DateError(f"This date could be read in more than one way: type {forms}.")
    if re.fullmatch(r"unk?([ -]+unk?)*", typed):
        raise DateError("Nothing of this date is known: leave it empty and say why it is missing.")
    raise DateError(f"This is not a date that can be read in one way only: type {forms}.")


def _known(part: str | None) -> int | None:
    return None if part is None or part in _UNKNOWN else int(part)


def _month(name: str, forms: str) -> int | None:
    if name in _UNKNOWN:
        return None
    if name not in _MONTH_NUMBERS:
        raise DateError(f"There is no month “{name[:20]}”: type {forms}.")
    return _MONTH_NUMBERS[name]


def _year(digits: str, forms: str) -> int:
    if not _YEAR.fullmatch(digits):
        raise DateError(f"Type the year with four digits: {forms}.")
    return int(digits)
