"""One synthetic answer for an item, by its kind: drawn from its own ranges, units, choices and scales.

All drawing is in whole numbers and decimals, so that the same seed gives the same text on every machine.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context as Rounding
from decimal import Decimal

from edc.rehearsal import typical
from trials.protocol import Protocol
from trials.protocol.schema.items import Item
from trials.protocol.schema.lists import Analyte, Unit

PARTS = 1000
"""A place in a range is a number of thousandths of it."""
THREE_DIGITS = Rounding(prec=3)
TEN_DIGITS = Rounding(prec=10)
WIDE = 10_000
"""A range whose end is so many times its beginning is drawn by its powers of ten."""
Typed = dict[str, str]


@dataclass
class Draw:
    """What drawing needs to know: chance, the day, and what this participant usually has."""

    rng: random.Random
    protocol: Protocol
    day: date
    """The day that the form speaks of."""
    today: date
    """The day on which it is typed, at the site."""
    since: date
    """The day before which nothing of this participation happened."""
    born: date = date(1980, 1, 1)
    levels: dict[str, int] = field(default_factory=dict)
    """Where in its range the participant usually is, by analyte or item: in thousandths."""
    rare: frozenset[str] = frozenset()
    """Yes-or-no items of this form that are seldom true, such as those that make an event serious."""

    def chance(self, thousandths: int) -> bool:
        """True so many times in a thousand."""
        return self.rng.randrange(PARTS) < thousandths

    def level(self, name: str) -> int:
        """Near where this participant usually is."""
        if name not in self.levels:
            self.levels[name] = (self.rng.randint(100, 900) + self.rng.randint(100, 900)) // 2
        return min(PARTS, max(0, self.levels[name] + self.rng.randint(-80, 80)))


def answer(item: Item, draw: Draw) -> Typed:
    """Draw an answer that a person could have typed for this item."""
    return GENERATORS[item.kind](item, draw)


def usual_range(item: Item, protocol: Protocol) -> tuple[Decimal, Decimal]:
    """Where the numbers of an item usually lie: its soft limits, else the middle of its hard ones, else 0 to 100."""
    low, high = item.low, item.high
    if item.soft_low is not None or item.soft_high is not None:
        low = item.soft_low if item.soft_low is not None else item.low
        high = item.soft_high if item.soft_high is not None else item.high
        return _both(low, high)
    low, high = _both(low, high)
    if low > 0 and high / low <= PARTS:
        fifth = (high - low) / 5
        return low + fifth, high - 2 * fifth
    return low, high


def _both(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    start = low if low is not None else min(Decimal(0), high if high is not None else Decimal(0))
    return start, high if high is not None else max(start * 2, start + 100)


def between(low: Decimal, high: Decimal, place: int) -> Decimal:
    """The number at so many thousandths of a range; of a very wide one, by its powers."""
    if low >= 0 and high > 0 and low * WIDE <= high:
        start = max(low, high / 10**6)
        return TEN_DIGITS.multiply(start, TEN_DIGITS.power(high / start, Decimal(place) / PARTS))
    return low + (high - low) * place / PARTS


def rounded(number: Decimal, decimals: int) -> str:
    """The number with so many digits after the point."""
    return format(number.quantize(Decimal(1).scaleb(-decimals)), "f")


def decimals_of(item: Item) -> int:
    """Digits after the point that the item takes, or a sensible number where it does not say."""
    if item.kind == "integer":
        return 0
    return 1 if item.decimals is None else item.decimals


def _text(item: Item, draw: Draw) -> Typed:
    longest = item.max_length or 200
    words = typical.TEXTS.get(item.cdash or "")
    if words:
        return {"text": draw.rng.choice(words)[:longest]}
    if longest <= len("ABCD"):
        return {"text": "".join(draw.rng.choice("ABCDEFGHJKLMNPRSTW") for _ in range(min(2, longest)))}
    return {"text": f"{item.label.text()}: synthetic entry {draw.rng.randint(1, 99)}"[:longest]}


def _number(item: Item, draw: Draw) -> Typed:
    low, high = usual_range(item, draw.protocol)
    infusions = draw.protocol.infusions
    if infusions is not None and item.id == infusions.volume_item and infusions.dose.volume_ml is not None:
        planned = infusions.dose.volume_ml
        low, high = planned * 96 / 100, planned * 104 / 100
    return {"text": rounded(between(low, high, draw.level(item.id)), decimals_of(item))}


def _date(item: Item, draw: Draw) -> Typed:
    return {"text": draw.day.isoformat()}


def _partial_date(item: Item, draw: Draw) -> Typed:
    if draw.protocol.demographics and item.id == draw.protocol.demographics.birth_date.partition(".")[2]:
        return {"text": draw.born.isoformat()}
    meaning = item.cdash or ""
    if meaning == "DTHDAT":
        return {"text": draw.day.isoformat()}
    if meaning.endswith(("STDAT", "ENDAT")):
        span = max(0, (draw.day - draw.since).days)
        day = draw.day - timedelta(days=draw.rng.randint(0, min(span, 14)))
        return {"text": day.isoformat()}
    day = max(draw.born, draw.day - timedelta(days=draw.rng.randint(30, 3000)))
    return {"text": f"{day:%Y-%m}" if item.partial != "year" or draw.chance(700) else f"{day:%Y}"}


def _time(item: Item, draw: Draw) -> Typed:
    return {"text": f"{draw.rng.randint(8, 16):02}:{draw.rng.randrange(0, 60, 5):02}"}


def _yes_no(item: Item, draw: Draw) -> Typed:
    return {"text": "Y" if draw.chance(25 if item.id in draw.rare else 120) else "N"}


def codes_of(item: Item, protocol: Protocol) -> list[str]:
    """Every code that the item can be answered with, in the order of the list."""
    if item.kind == "yes_no":
        return ["Y", "N"]
    if item.scale is not None:
        return [grade.code for grade in protocol.scale(item.scale).grades]
    return [option.code for option in protocol.choice_list(item.choices).options] if item.choices else []


def _choice(item: Item, draw: Draw) -> Typed:
    """One of the list; of a scale, and of two answers, the first ones are the usual ones."""
    codes = codes_of(item, draw.protocol)
    if item.id in draw.rare:
        return {"text": codes[0] if not draw.chance(25) else draw.rng.choice(codes)}
    if item.scale is not None:
        return {"text": codes[min(draw.rng.randrange(len(codes)), draw.rng.randrange(len(codes)))]}
    return {"text": draw.rng.choice(codes)}


def _many(item: Item, draw: Draw) -> Typed:
    codes = codes_of(item, draw.protocol)
    chosen = [code for code in codes if draw.chance(350)]
    return {"text": " ".join(chosen or [draw.rng.choice(codes)])}


def _lab(item: Item, draw: Draw) -> Typed:
    analyte = draw.protocol.analyte(item.analyte or item.id)
    units = [unit for unit in analyte.units if item.units is None or unit.unit in item.units]
    unit = next((one for one in units if one.unit == analyte.standard), units[0])
    if len(units) > 1 and draw.chance(40):
        unit = draw.rng.choice(units)
    low, high = _lab_range(analyte, unit)
    if low * WIDE <= high and draw.chance(350):
        return {"text": "<20", "unit": unit.unit}
    number = between(low, high, draw.level(analyte.id))
    places = analyte.decimals if item.decimals is None else item.decimals
    text = rounded(number, places) if places is not None else format(THREE_DIGITS.plus(number), "f")
    return {"text": text, "unit": unit.unit}


def _lab_range(analyte: Analyte, unit: Unit) -> tuple[Decimal, Decimal]:
    usual = typical.ANALYTES.get(analyte.id)
    if usual is not None and usual[0] == analyte.standard:
        return Decimal(usual[1]) / unit.factor, Decimal(usual[2]) / unit.factor
    if unit.plausible is None:
        return Decimal(1), Decimal(100)
    low, high = unit.plausible
    if low * WIDE <= high:
        return low, high
    third = (high - low) / 3
    return low + third, high - third


def _cells(item: Item, draw: Draw) -> Typed:
    """The planned dose within a few per cent; without one, the middle of what is possible."""
    dose = draw.protocol.infusions.dose if draw.protocol.infusions else None
    if dose is not None and dose.amount is not None and dose.basis == "cells":
        planned = dose.amount
    elif dose is not None and (dose.amount is not None or dose.low is not None):
        planned = (dose.amount or dose.low or Decimal(1)) * 60
    else:
        planned = between(item.low or Decimal(10**5), item.high or Decimal(10**9), PARTS // 2)
    number = planned * (PARTS + draw.rng.randint(-60, 60)) / PARTS
    exponent = min(10, max(4, number.adjusted()))
    return {"text": rounded(number.scaleb(-exponent), 2), "unit": f"10^{exponent}"}


GENERATORS: Mapping[str, Callable[[Item, Draw], Typed]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "date": _date,
    "partial_date": _partial_date,
    "time": _time,
    "choice": _choice,
    "many": _many,
    "yes_no": _yes_no,
    "lab": _lab,
    "cells": _cells,
}
