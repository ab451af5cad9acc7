"""Dates, dates of which a part may be unknown, and times of the day."""

from datetime import date, time
from typing import Final

from trials.protocol.schema.items import Item
from trials.rules.partial_date import MONTHS, DateError, PartialDate, parse_date, parse_time
from visits.forms.answer import Answer, Context, RawAnswer, Refused, quoted
from visits.forms.kinds.base import Control, Kind

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
"""Years that a date in a trial can have; anything else is a slip of the keyboard."""


class Date(Kind):
    """A whole date."""

    name = "date"
    control_template = "components/items/date.html"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        try:
            read = self.read_date(item, raw.text)
        except DateError as error:
            return Refused((f"{quoted(raw.text)} was not read. {error}",))
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            return Refused((f"The year {read.year} is not possible here: {FIRST_YEAR} to {LAST_YEAR} is.",))
        if not item.future and read.earliest() > context.today:
            return Refused(
                (f"{read.words()} is in the future; today is {date_words(context.today)}. Type a date up to today.",)
            )
        canonical = read.iso()
        return Answer(text=raw.text, value="" if canonical == raw.text else canonical)

    def read_date(self, item: Item, text: str) -> PartialDate:
        """Read the typing; DateError says what to type instead."""
        return PartialDate.from_date(parse_date(text))

    def typed(self, item: Item, answer: Answer, context: Context) -> object:
        return date.fromisoformat(answer.canonical)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        return PartialDate.from_iso(answer.canonical).words()

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        return Control(self.control_template, css="input--date")

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"examples": ["2026-03-05", "5 Mar 2026"]}


class PartialDateKind(Date):
    """A date of which the day, or the day and the month, may be unknown; what is known is kept."""

    name = "partial_date"

    def read_date(self, item: Item, text: str) -> PartialDate:
        read = PartialDate.parse(text)
        if item.partial == "month" and read.month is None:
            raise DateError("At least the month is needed: type it as 2024-03 or Mar 2024.")
        return read

    def typed(self, item: Item, answer: Answer, context: Context) -> object:
        return PartialDate.from_iso(answer.canonical)

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"examples": ["2026-03-05", "Mar 2026", "2026"]}


class Time(Kind):
    """A time of the day on the 24-hour clock, in the site's time zone."""

    name = "time"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        try:
            canonical = parse_time(raw.text).strftime("%H:%M")
        except DateError as error:
            return Refused((f"{quoted(raw.text)} was not read. {error}",))
        return Answer(text=raw.text, value="" if canonical == raw.text else canonical)

    def typed(self, item: Item, answer: Answer, context: Context) -> time:
        return time.fromisoformat(answer.canonical)

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        return Control(self.control_template, css="input--short")

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"pattern": r"^\s*[0-9]{2}:[0-9]{2}\s*$", "examples": ["09:05"]}


def date_words(day: date) -> str:
    """5 March 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
