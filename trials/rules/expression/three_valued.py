"""Reckoning with values that may be unknown, or known only within limits.

Answers follow Kleene: what is certain whatever the unknown turns out to be is certain, all else is unknown.
A partial date stands for each day it could be, `Between` for each number within its limits; a comparison is
settled where all of them agree. Each occurrence stands for itself, so a partial date compared with itself
stays unknown. Numbers are decimal with 28 digits, halves rounded away from zero; what overflows or divides by
zero is unknown.
"""

import operator
from collections.abc import Callable
from datetime import date
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Subnormal,
)

from trials.rules.calendar import Between
from trials.rules.expression.types import UNKNOWN, Type, Value
from trials.rules.partial_date import PartialDate

MAX_MAGNITUDE = 999
CONTEXT = Context(
    prec=28,
    rounding=ROUND_HALF_UP,
    Emin=-MAX_MAGNITUDE,
    Emax=MAX_MAGNITUDE,
    traps=[InvalidOperation, DivisionByZero, Overflow, Subnormal],
)

Operator = Callable[[Value, Value], Value]


def definite(value: Value) -> bool:
    """Whether this is one value that can be an answer. A partial date counts; limits of a number do not."""
    return value is not UNKNOWN and type(value) is not Between


def limits(value: Value) -> tuple[Value, Value]:
    """The lowest and the highest that the value could be."""
    if type(value) is PartialDate:
        return value.earliest(), value.latest()
    if type(value) is Between:
        return value.low, value.high
    return value, value


def all_of(parts: list[Value]) -> Value:
    """No as soon as one is no; otherwise unknown as soon as one is unknown."""
    if any(part is False for part in parts):
        return False
    return UNKNOWN if any(part is UNKNOWN for part in parts) else True


def any_of(parts: list[Value]) -> Value:
    """Yes as soon as one is yes; otherwise unknown as soon as one is unknown."""
    if any(part is True for part in parts):
        return True
    return UNKNOWN if any(part is UNKNOWN for part in parts) else False


def opposite(value: Value) -> Value:
    """The other answer; the opposite of unknown is unknown."""
    return UNKNOWN if value is UNKNOWN else not value


def _equal(left: Value, right: Value) -> Value:
    low, high = limits(left)
    other_low, other_high = limits(right)
    if high < other_low or other_high < low:
        return False
    return True if low == high and other_low == other_high else UNKNOWN


def _below(left: Value, right: Value) -> Value:
    low, high = limits(left)
    other_low, other_high = limits(right)
    if high < other_low:
        return True
    return False if low >= other_high else UNKNOWN


def _at_most(left: Value, right: Value) -> Value:
    return opposite(_below(right, left))


_PLAIN: dict[str, Operator] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LIMITED: dict[str, Operator] = {
    "==": _equal,
    "!=": lambda left, right: opposite(_equal(left, right)),
    "<": _below,
    "<=": _at_most,
    ">": lambda left, right: _below(right, left),
    ">=": lambda left, right: _at_most(right, left),
}
_DEFINITE = {Type.NUMBER: Decimal, Type.DATE: date}


def comparison(sign: str, kind: Type) -> Operator:
    """The function that compares two values of this type, either of which may be unknown."""
    plain, limited = _PLAIN[sign], _LIMITED[sign]
    definite = _DEFINITE.get(kind)

    def compare(left: Value, right: Value) -> Value:
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if definite is None or (type(left) is definite and type(right) is definite):
            return plain(left, right)
        return limited(left, right)

    return compare


_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
}


def arithmetic(sign: str) -> Operator:
    """The function that joins two numbers; unknown unless both are definite and the result in reach."""
    join = _ARITHMETIC[sign]

    def compute(left: Value, right: Value) -> Value:
        if type(left) is not Decimal or type(right) is not Decimal:
            return UNKNOWN
        try:
            return join(left, right)
        except DecimalException:
            return UNKNOWN

    return compute


def negative(value: Value) -> Value:
    """The number with its sign turned."""
    return arithmetic_one(CONTEXT.minus, value)


def absolute(value: Value) -> Value:
    """The number without its sign."""
    return arithmetic_one(CONTEXT.abs, value)


def floor(value: Value) -> Value:
    """The whole number at or below it."""
    return arithmetic_one(lambda number: number.to_integral_value(ROUND_FLOOR, CONTEXT), value)


def rounded(value: Value, places: Decimal = Decimal(0)) -> Value:
    """The number with so many decimal places, halves rounded away from zero (2.5 is 3, -2.5 is -3)."""
    step = Decimal(1).scaleb(-int(places))
    return arithmetic_one(lambda number: number.quantize(step, ROUND_HALF_UP, CONTEXT), value)


def arithmetic_one(change: Callable[[Decimal], Decimal], value: Value) -> Value:
    """Change one number; unknown unless it is definite and the result is within reach."""
    if type(value) is not Decimal:
        return UNKNOWN
    try:
        return change(value)
    except DecimalException:
        return UNKNOWN
