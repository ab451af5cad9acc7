"""The functions a rule may call: what each is given, what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from trials.rules.calendar import Between, add_months, months_from, years_from
from trials.rules.expression import three_valued
from trials.rules.expression.types import UNKNOWN, Type, Value
from trials.rules.partial_date import FIRST_YEAR, LAST_YEAR, bounds

ANY = frozenset(Type)
NUMBER = frozenset({Type.NUMBER})
DATE = frozenset({Type.DATE})
BOOL = frozenset({Type.BOOL})
TEXTS = frozenset({Type.TEXT, Type.CODE})
MAX_PLACES = 12
MAX_SHIFT = 1_000_000


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the types it takes, whether the last may be repeated, and what it answers."""

    usage: str
    takes: tuple[frozenset[Type], ...]
    run: Callable[..., Value]
    answers: Type | None = None
    """The type of the answer; None where it is that of what is given."""
    repeats: bool = False
    optional: int = 0


def _is_known(value: Value) -> Value:
    """Whether there is an answer at all: `<20` and a partial date were entered, so they are not missing."""
    return value is not UNKNOWN


def _is_missing(value: Value) -> Value:
    return value is UNKNOWN


def _spread(reckon: Callable[[date, date], int]) -> Callable[[Value, Value], Value]:
    """Reckon between two dates that may be partial; `reckon` grows with the end and falls with the start."""

    def run(start: Value, end: Value) -> Value:
        if start is UNKNOWN or end is UNKNOWN:
            return UNKNOWN
        start_first, start_last = bounds(start)
        end_first, end_last = bounds(end)
        low, high = reckon(start_last, end_first), reckon(start_first, end_last)
        return Decimal(low) if low == high else Between(low, high)

    return run


def _days(start: date, end: date) -> int:
    return (end - start).days


def _weeks(start: date, end: date) -> int:
    days = (end - start).days
    return days // 7 if days >= 0 else -(-days // 7)


def _shift(move: Callable[[date, int], date]) -> Callable[[Value, Value], Value]:
    """Move a known day by a whole number; unknown where either is not, or outside the years of rules."""

    def run(day: Value, number: Value) -> Value:
        if type(day) is not date or type(number) is not Decimal or number != number.to_integral_value():
            return UNKNOWN
        if abs(number) > MAX_SHIFT:
            return UNKNOWN
        try:
            moved = move(day, int(number))
        except OverflowError:
            return UNKNOWN
        return moved if FIRST_YEAR <= moved.year <= LAST_YEAR else UNKNOWN

    return run


def _extreme(choose: Callable[..., Value]) -> Callable[..., Value]:
    """The lowest or highest of definite numbers or known days; unknown as soon as one is not definite."""

    def run(*values: Value) -> Value:
        return choose(values) if all(type(value) in (Decimal, date) for value in values) else UNKNOWN

    return run


def _count_true(*answers: Value) -> Value:
    yes = sum(answer is True for answer in answers)
    open_ones = sum(answer is UNKNOWN for answer in answers)
    return Between(yes, yes + open_ones) if open_ones else Decimal(yes)


def _contains(codes: Value, code: Value) -> Value:
    return UNKNOWN if codes is UNKNOWN or code is UNKNOWN else code in codes


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not UNKNOWN), UNKNOWN)


FUNCTIONS = {
    "is_missing": Function("is_missing(item)", (ANY,), _is_missing, Type.BOOL),
    "is_known": Function("is_known(item)", (ANY,), _is_known, Type.BOOL),
    "days_between": Function("days_between(from, to)", (DATE, DATE), _spread(_days), Type.NUMBER),
    "weeks_between": Function("weeks_between(from, to)", (DATE, DATE), _spread(_weeks), Type.NUMBER),
    "months_between": Function("months_between(from, to)", (DATE, DATE), _spread(months_from), Type.NUMBER),
    "years_between": Function("years_between(from, to)", (DATE, DATE), _spread(years_from), Type.NUMBER),
    "add_days": Function(
        "add_days(date, 30)", (DATE, NUMBER), _shift(lambda day, n: day + timedelta(days=n)), Type.DATE
    ),
    "add_months": Function("add_months(date, 3)", (DATE, NUMBER), _shift(add_months), Type.DATE),
    "min": Function("min(a, b, …)", (NUMBER | DATE, NUMBER | DATE), _extreme(min), repeats=True),
    "max": Function("max(a, b, …)", (NUMBER | DATE, NUMBER | DATE), _extreme(max), repeats=True),
    "abs": Function("abs(number)", (NUMBER,), three_valued.absolute, Type.NUMBER),
    "round": Function("round(number, decimals)", (NUMBER, NUMBER), three_valued.rounded, Type.NUMBER, optional=1),
    "floor": Function("floor(number)", (NUMBER,), three_valued.floor, Type.NUMBER),
    "count_true": Function("count_true(a, b, …)", (BOOL,), _count_true, Type.NUMBER, repeats=True),
    "any_of": Function(
        "any_of(a, b, …)", (BOOL,), lambda *parts: three_valued.any_of(list(parts)), Type.BOOL, repeats=True
    ),
    "all_of": Function(
        "all_of(a, b, …)", (BOOL,), lambda *parts: three_valued.all_of(list(parts)), Type.BOOL, repeats=True
    ),
    "contains": Function('contains(choices, "code")', (frozenset({Type.CODES}), TEXTS), _contains, Type.BOOL),
    "coalesce": Function("coalesce(first, otherwise, …)", (ANY, ANY), _coalesce, repeats=True),
}
