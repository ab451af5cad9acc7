"""A laboratory value: a number, perhaps below or above what could be measured, in one of the analyte's units."""

import re
from decimal import Decimal as Number
from typing import Final

from trials.protocol.schema.items import Item
from trials.protocol.schema.lists import Analyte, Unit
from trials.rules.expression import UNKNOWN, Between
from visits.forms.answer import Answer, Context, RawAnswer, Refused, Remark, quoted
from visits.forms.kinds.base import Column, Control, Kind, Option
from visits.forms.kinds.number import (
    in_range_words,
    places,
    read_number,
    too_many_places,
    without_minus_zero,
)

COMPARATORS: Final = {"<": "below", ">": "above", "<=": "at most", ">=": "at least"}
_SIGNS: Final = {"≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}
_PARTS = re.compile(r"(<=|>=|<|>|≤|≥|＜|＞)?[ \t]*(.*)", re.DOTALL)


def split_comparator(text: str) -> tuple[str, str]:
    """`<20` as its comparator and its number: ("<", "20"); ("", "20") when there is none."""
    found = _PARTS.fullmatch(text)
    if found is None or found[1] is None:
        return "", text
    return _SIGNS.get(found[1], found[1]), found[2]


BEYOND: Final = Number(10) ** 15
"""No measured number reaches this: all have at most 15 digits."""


def standard_value(analyte: Analyte, answer: Answer) -> object:
    """What rules calculate with: the number in the standard unit, or for `<20` the limits it lies between.

    UNKNOWN in a unit that the analyte no longer has.
    """
    unit = analyte.by_unit.get(answer.unit)
    if unit is None:
        return UNKNOWN
    comparator, digits = split_comparator(answer.canonical)
    number = Number(digits) * unit.factor
    if not comparator:
        return number
    return Between(Number(0), number) if comparator.startswith("<") else Between(number, BEYOND * unit.factor)


class Lab(Kind):
    """A laboratory value with its unit. `<20` is a value with a comparator; rules know only its bound."""

    name = "lab"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        comparator, digits = split_comparator(raw.text)
        number = read_number(digits)
        if isinstance(number, Refused):
            return number
        if comparator and number < 0:
            return Refused((f"{quoted(raw.text)} was not read. A value with {comparator} cannot be negative.",))
        unit = self._unit(item, raw.unit, context)
        if isinstance(unit, Refused):
            return unit
        canonical = comparator + without_minus_zero(digits)
        return Answer(text=raw.text, value="" if canonical == raw.text else canonical, unit=unit)

    def typed(self, item: Item, answer: Answer, context: Context) -> object:
        """The number in the analyte's standard unit; UNKNOWN in a unit that is no longer listed."""
        return standard_value(analyte_of(item, context), answer)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        return f"{answer.canonical} {answer.unit}"

    def remarks(self, item: Item, answer: Answer, context: Context) -> list[Remark]:
        comparator, digits = split_comparator(answer.canonical)
        number, analyte = Number(digits), analyte_of(item, context)
        unit = analyte.by_unit.get(answer.unit)
        remarks = []
        if item.decimals is not None and places(number) > item.decimals:
            remarks.append(Remark(f"{item.id}.decimals", too_many_places(digits, item.decimals)))
        if unit is None:
            return remarks
        if not _plausible(number, comparator, unit):
            remarks.append(Remark(f"{item.id}.plausible", self._implausible(item, answer, number, unit, context)))
        return remarks

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        names = self.unit_names(item, context)
        units = tuple(Option(name, name, chosen=name == raw.unit) for name in names) if len(names) > 1 else ()
        return Control(self.control_template, css="input--number", input_mode="decimal", units=units)

    def value_columns(self, item: Item, context: Context) -> list[Column]:
        label = item.label.text(context.lang)
        units = {name: name for name in self.unit_names(item, context)}
        return [
            Column(item.id, label, "decimal"),
            Column(f"{item.id}_UNIT", f"{label}: unit", "code", units),
            Column(f"{item.id}_COMP", f"{label}: comparator", "code", COMPARATORS),
        ]

    def value_cells(self, item: Item, answer: Answer, context: Context) -> list[str]:
        comparator, digits = split_comparator(answer.canonical)
        return [digits, answer.unit, comparator]

    def unit_names(self, item: Item, context: Context) -> list[str]:
        return list(item.units) if item.units else [unit.unit for unit in analyte_of(item, context).units]

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"pattern": r"^\s*(<|>|<=|>=)?\s*-?(0|[1-9][0-9]*)(\.[0-9]+)?\s*$", "examples": ["34.5", "<20"]}

    def _unit(self, item: Item, typed: str, context: Context) -> str | Refused:
        names = self.unit_names(item, context)
        if typed in names:
            return typed
        if not typed and len(names) == 1:
            return names[0]
        label, known = item.label.text(context.lang), " or ".join(names)
        if not typed:
            return Refused((f"The unit of {label} is missing. Choose {known}.",))
        return Refused((f"{quoted(typed)} is not a unit of {label} here. Choose {known}.",))

    def _implausible(self, item: Item, answer: Answer, number: Number, unit: Unit, context: Context) -> str:
        """Say what was seen and what a person can have, and name the unit that was probably meant."""
        label, shown = item.label.text(context.lang), self.words(item, answer, context)
        low, high = unit.plausible or (None, None)
        seen = f"{label} {shown} is far outside what a person can have ({in_range_words(low, high)} {unit.unit})."
        allowed = self.unit_names(item, context)
        meant = [
            f"{answer.canonical} {other.unit}"
            for other in analyte_of(item, context).units
            if other.unit != unit.unit
            and other.unit in allowed
            and other.factor != unit.factor
            and other.plausible is not None
            and _plausible(number, "", other)
        ]
        if meant:
            return f"{seen} Did you mean {' or '.join(meant)}?"
        return f"{seen} Check the value and the unit against the laboratory's report."


def analyte_of(item: Item, context: Context) -> Analyte:
    """The analyte that a laboratory item measures."""
    return context.protocol.analyte(item.analyte or item.id)


def _plausible(number: Number, comparator: str, unit: Unit) -> bool:
    """Whether a person can have this value. Below a limit of detection anything low is possible."""
    if unit.plausible is None:
        return True
    low, high = unit.plausible
    return number <= high and (comparator.startswith("<") or number >= low)
