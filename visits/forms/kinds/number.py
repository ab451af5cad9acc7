"""Whole and decimal numbers: only what can be read in one way is read."""

import re
from decimal import Decimal as Number
from typing import Final

from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, RawAnswer, Refused, Remark, quoted
from visits.forms.kinds.base import Control, Kind, unit_of

MOST_DIGITS: Final = 15
"""Significant digits that every column, dataset format and statistics program keeps exactly."""

LONGEST_NUMBER: Final = 40
"""Characters of a number, zeros after the point included."""

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_FAULTS: Final = (
    (re.compile(r"[^\x00-\x7f]"), "Use the digits 0 to 9, a point and a plain minus sign only."),
    (re.compile(r","), "Type a point for decimals, as in 1.5, and no comma: it can mean a decimal or a thousand."),
    (re.compile(r"\A[-+]?[0-9.]+[eExX]"), "Write the number out in full, as in 1000; powers are not read."),
    (re.compile(r"[0-9][ _'][0-9]"), "Type the digits without blanks or signs between them, as in 1000."),
    (re.compile(r"\A\+"), "Leave out the plus sign."),
    (re.compile(r"\A-?0[0-9]"), "Leave out the zeros in front."),
    (re.compile(r"\A-?\.[0-9]"), "Type a zero before the point, as in 0.5."),
    (re.compile(r"\A-?[0-9]+\.\Z"), "Type digits after the point, or leave the point out."),
    (re.compile(r"\A-?[0-9.]+\Z"), "Type one point at most; a number has no points between thousands."),
)


def read_number(text: str) -> Number | Refused:
    """Read a number from text without blanks around it, or say what to type instead."""
    if _PLAIN.fullmatch(text):
        return _within_digits(text)
    for fault, advice in _FAULTS:
        if fault.search(text):
            return Refused((f"{quoted(text)} was not read. {advice}",))
    return Refused((f"{quoted(text)} is not a number. Type digits, as in 12 or 1.5.",))


def _within_digits(text: str) -> Number | Refused:
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    if len(digits) > MOST_DIGITS or len(text) > LONGEST_NUMBER:
        return Refused((f"{quoted(text)} has more than {MOST_DIGITS} digits. Check it, or round it.",))
    return Number(text)


def places(number: Number) -> int:
    """Digits after the point, as typed: two in 5.10."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def without_minus_zero(text: str) -> str:
    """The canonical text of a number: -0 is 0, -0.00 is 0.00, all else stays as typed."""
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def plain(number: Number) -> str:
    """The number as text without a power of ten: 40000000, never 4E+7."""
    return format(number, "f")


def in_range_words(low: Number | None, high: Number | None) -> str:
    """A range in words: 30–60, at least 30, at most 60."""
    if low is not None and high is not None:
        return f"{plain(low)}–{plain(high)}"
    return f"at least {plain(low)}" if low is not None else f"at most {plain(high)}" if high is not None else ""


def range_remarks(item: Item, number: Number, shown: str, context: Context) -> list[Remark]:
    """The hard and soft range of the item: what cannot be is refused, what is rare is asked about."""
    label = item.label.text(context.lang)
    if _outside(number, item.low, item.high):
        possible = in_range_words(item.low, item.high)
        message = f"{label} {shown} cannot be: {possible} is possible. Type it again."
        return [Remark(f"{item.id}.range", message, hard=True)]
    if _outside(number, item.soft_low, item.soft_high):
        expected = in_range_words(item.soft_low, item.soft_high)
        usual = f"{label} {shown} is unusual: {expected} is expected. Check it against the source."
        return [Remark(f"{item.id}.unusual", item.message.text(context.lang) if item.message else usual)]
    return []


def _outside(number: Number, low: Number | None, high: Number | None) -> bool:
    return (low is not None and number < low) or (high is not None and number > high)


class Decimal(Kind):
    """A decimal number; the digits are kept as typed, so that 5.0 stays 5.0."""

    name = "decimal"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        number = read_number(raw.text)
        if isinstance(number, Refused):
            return number
        if item.decimals is not None and places(number) > item.decimals:
            return Refused((too_many_places(raw.text, item.decimals),))
        canonical = without_minus_zero(raw.text)
        return Answer(text=raw.text, value="" if canonical == raw.text else canonical)

    def typed(self, item: Item, answer: Answer, context: Context) -> Number:
        return Number(answer.canonical)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        return f"{answer.canonical} {unit_of(item)}".strip()

    def remarks(self, item: Item, answer: Answer, context: Context) -> list[Remark]:
        return range_remarks(item, Number(answer.canonical), self.words(item, answer, context), context)

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        return Control(self.control_template, css="input--number", input_mode="decimal")

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"pattern": r"^\s*-?(0|[1-9][0-9]*)(\.[0-9]+)?\s*$", "examples": ["34.5"]}


class Integer(Decimal):
    """A whole number."""

    name = "integer"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        number = read_number(raw.text)
        if not isinstance(number, Refused) and "." in raw.text:
            return Refused((f"{quoted(raw.text)} is not a whole number. Type it without a point.",))
        if isinstance(number, Refused):
            return number
        canonical = without_minus_zero(raw.text)
        return Answer(text=raw.text, value="" if canonical == raw.text else canonical)

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        return Control(self.control_template, css="input--number", input_mode="numeric")

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"pattern": r"^\s*-?(0|[1-9][0-9]*)\s*$", "examples": ["12"]}


def too_many_places(text: str, decimals: int) -> str:
    """The message for more digits after the point than the item has."""
    if decimals == 0:
        return f"{quoted(text)} has digits after the point; this is recorded as a whole number. Round it."
    digits = "1 digit" if decimals == 1 else f"{decimals} digits"
    return f"{quoted(text)} has too many digits after the point; at most {digits} can be kept here. Round it."
