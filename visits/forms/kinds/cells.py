"""A number of cells, as a number and a power of ten: 4.0 × 10^7. Never one free text, which 10E7 would break."""

import re
from decimal import Decimal as Number
from typing import Final

from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, RawAnswer, Refused, Remark, quoted
from visits.forms.kinds.base import Column, Control, Kind, Option
from visits.forms.kinds.number import places, plain, range_remarks, read_number

POWERS: Final = tuple(f"10^{exponent}" for exponent in range(4, 11))
"""The powers of ten to choose from."""
_ALONE: Final = "Type the number alone, as in 4.0, and choose the power of ten beside it."
_AS_POWER = re.compile(r"[0-9.]\s*(?:[eEx×*·^]|10\b)", re.ASCII)


class Cells(Kind):
    """A number of cells; the power of ten is chosen beside the number and stored as its unit."""

    name = "cells"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        if _AS_POWER.search(raw.text):
            return Refused((f"{quoted(raw.text)} was not read: 10E7 can mean 10^7 or 10 × 10^7. {_ALONE}",))
        number = read_number(raw.text)
        if isinstance(number, Refused):
            return number
        fault = ""
        if raw.text.startswith("-"):
            fault = f"{quoted(raw.text)} was not read. A number of cells has no sign."
        elif raw.unit not in POWERS:
            fault = f"The power of ten is missing. Choose one of {', '.join(POWERS)} beside the number."
        elif places(number) > exponent_of(raw.unit):
            fault = f"{quoted(raw.text)} × {raw.unit} is not a whole number of cells. Check the power of ten."
        return Refused((fault,)) if fault else Answer(text=raw.text, unit=raw.unit)

    def typed(self, item: Item, answer: Answer, context: Context) -> Number:
        return count(answer)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        return f"{answer.canonical} × {answer.unit} cells"

    def remarks(self, item: Item, answer: Answer, context: Context) -> list[Remark]:
        return range_remarks(item, count(answer), self.words(item, answer, context), context)

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        units = tuple(Option(power, power, chosen=power == raw.unit) for power in POWERS)
        return Control(
            self.control_template, css="input--number", input_mode="decimal", units=units, unit_prompt="× 10^"
        )

    def value_columns(self, item: Item, context: Context) -> list[Column]:
        label, powers = item.label.text(context.lang), {power: power for power in POWERS}
        return [
            Column(item.id, label, "decimal", unit="cells"),
            Column(f"{item.id}_NUM", f"{label}: number as typed", "decimal"),
            Column(f"{item.id}_POW", f"{label}: power of ten", "code", powers),
        ]

    def value_cells(self, item: Item, answer: Answer, context: Context) -> list[str]:
        if not answer.text:
            return ["", "", ""]
        return [plain(count(answer)), answer.canonical, answer.unit]

    def unit_names(self, item: Item, context: Context) -> list[str]:
        return list(POWERS)

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"pattern": r"^\s*(0|[1-9][0-9]*)(\.[0-9]+)?\s*$", "examples": ["4.0"]}


def exponent_of(power: str) -> int:
    """7 for `10^7`."""
    return int(power.partition("^")[2])


def count(answer: Answer) -> Number:
    """The whole number of cells: 40000000 for 4.0 × 10^7."""
    return Number(answer.canonical).scaleb(exponent_of(answer.unit)).quantize(Number(1))
