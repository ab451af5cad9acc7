"""Rules made up at random, and a naive second interpreter of them.

A rule is a nested tuple. `written` puts it down as text; `naive` answers it by trying out: a partial date is the list
of its days, a comparison is settled where all possible pairs agree. None is unknown. It shares no code with the rules.
"""

from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException, localcontext
from itertools import pairwise, product
from typing import Any

from hypothesis import strategies as st

from trials.rules.expression import Type
from trials.rules.partial_date import PartialDate

NAMES = {
    "N1": Type.NUMBER,
    "N2": Type.NUMBER,
    "LAB.N3": Type.NUMBER,
    "D1": Type.DATE,
    "D2": Type.DATE,
    "T1": Type.TIME,
    "B1": Type.BOOL,
    "B2": Type.BOOL,
    "C1": Type.CODE,
    "X1": Type.TEXT,
    "M1": Type.CODES,
}
CODES = ["1", "2", "a"]
NUMBERS = ["0", "1", "2", "0.5", "1.005", "2.5", "10", "17", "30", "0.1", "3e2", "12345678901234567890.123", "7e-3"]
DAYS = st.dates(date(2019, 12, 28), date(2021, 1, 3)) | st.sampled_from(
    [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2020, 1, 31), date(2020, 4, 30)]
)
MONTHS = st.builds(PartialDate, st.just(2020), st.integers(1, 12))
YEARS = st.builds(PartialDate, st.integers(2019, 2020))
DECIMALS = st.sampled_from(NUMBERS).map(Decimal) | st.decimals(-100, 100, places=2)
MISSING = st.none()
VALUES = st.fixed_dictionaries(
    {
        "N1": MISSING | DECIMALS,
        "N2": DECIMALS,
        "LAB.N3": MISSING | DECIMALS,
        "D1": MISSING | DAYS | MONTHS,
        "D2": DAYS | MONTHS | YEARS,
        "T1": MISSING | st.times().map(lambda found: found.replace(second=0, microsecond=0, fold=0)),
        "B1": MISSING | st.booleans(),
        "B2": st.booleans(),
        "C1": MISSING | st.sampled_from(CODES),
        "X1": MISSING | st.sampled_from([*CODES, ""]),
        "M1": MISSING | st.frozensets(st.sampled_from(CODES)),
    }
)
COMPARE = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
BETWEEN = st.sampled_from(["days_between", "weeks_between", "months_between", "years_between"])

Tree = tuple[Any, ...]


def _numbers(depth: int) -> st.SearchStrategy[Tree]:
    leaves = st.tuples(st.just("number"), st.sampled_from(NUMBERS)) | st.tuples(
        st.just("name"), st.sampled_from(["N1", "N2", "LAB.N3"])
    )
    if depth == 0:
        return leaves
    inner = _numbers(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(st.just("arithmetic"), st.sampled_from("+-*/"), inner, inner),
        st.tuples(st.just("negative"), inner),
        st.tuples(st.just("round"), inner, st.integers(0, 4)),
        st.tuples(st.sampled_from(["abs", "floor"]), inner),
        st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner),
        st.tuples(BETWEEN, _dates(depth - 1), _dates(depth - 1)),
        st.tuples(st.just("if"), _answers(depth - 1), inner, inner),
        st.tuples(st.just("count_true"), _answers(depth - 1), _answers(depth - 1)),
    )


def _dates(depth: int) -> st.SearchStrategy[Tree]:
    leaves = st.tuples(st.just("date"), DAYS) | st.tuples(st.just("name"), st.sampled_from(["D1", "D2"]))
    if depth == 0:
        return leaves
    whole = st.tuples(st.just("number"), st.integers(0, 14).map(str))
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(["add_days", "add_months"]), _dates(depth - 1), whole),
        st.tuples(st.just("coalesce"), _dates(depth - 1), _dates(depth - 1)),
    )


def _answers(depth: int) -> st.SearchStrategy[Tree]:
    names = st.tuples(st.just("name"), st.sampled_from(["B1", "B2"]))
    codes = st.tuples(st.just("name"), st.sampled_from(["C1", "X1"]))
    texts = st.sampled_from(CODES).map(lambda code: ("text", code))
    times = st.tuples(st.just("time"), st.sampled_from(["00:00", "12:30"]))
    leaves = st.one_of(
        names,
        st.tuples(st.just("bool"), st.booleans()),
        st.tuples(st.just("in"), st.booleans(), codes, texts, texts | codes),
        st.tuples(st.just("contains"), st.just(("name", "M1")), texts | codes),
        st.tuples(st.just("compare"), st.sampled_from(["==", "!="]), codes, texts),
        st.tuples(st.just("compare"), COMPARE, st.just(("name", "T1")), times),
    )
    if depth == 0:
        return leaves
    inner, numbers, dates = _answers(depth - 1), _numbers(depth - 1), _dates(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(["and", "or"]), inner, inner, inner),
        st.tuples(st.sampled_from(["any_of", "all_of"]), inner, inner),
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("compare"), COMPARE, numbers, numbers),
        st.tuples(st.just("compare"), COMPARE, dates, dates),
        st.tuples(st.just("chain"), numbers, COMPARE, numbers, COMPARE, numbers),
        st.tuples(st.just("in"), st.booleans(), numbers, numbers, numbers),
        st.tuples(st.just("in"), st.booleans(), dates, dates, dates),
        st.tuples(st.sampled_from(["is_missing", "is_known"]), numbers | dates | codes),
        st.tuples(st.just("if"), inner, inner, inner),
    )


TREES = _answers(3) | _numbers(3) | _dates(2)


def written(tree: Tree) -> str:  # noqa: PLR0911, PLR0912 - one for each kind of part
    """The rule as text, in brackets wherever parts meet."""
    match tree:
        case ("number" | "name", text):
            return str(text)
        case ("bool", value):
            return "true" if value else "false"
        case ("text", value):
            return f'"{value}"'
        case ("date" | "time" as kind, value):
            return f'{kind}("{value}")'
        case ("arithmetic" | "compare", sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
        case ("chain", low, first, middle, second, high):
            return f"({written(low)} {first} {written(middle)} {second} {written(high)})"
        case ("negative", part):
            return f"(-{written(part)})"
        case ("not", part):
            return f"(not {written(part)})"
        case ("and" | "or" as word, *parts):
            return "(" + f" {word} ".join(written(part) for part in parts) + ")"
        case ("in", negated, item, *options):
            listed = ", ".join(written(option) for option in options)
            return f"({written(item)} {'not in' if negated else 'in'} [{listed}])"
        case ("if", test, then, otherwise):
            return f"({written(then)} if {written(test)} else {written(otherwise)})"
        case ("round", part, places):
            return f"round({written(part)}, {places})"
        case (name, *parts):
            return f"{name}({', '.join(written(part) for part in parts)})"
    raise AssertionError(tree)


def naive(tree: Tree, values: dict[str, Any]) -> Any:
    """The answer, or None where it cannot be told."""
    found = _try(tree, values)
    return None if isinstance(found, range) else found


def _try(tree: Tree, values: dict[str, Any]) -> Any:  # noqa: PLR0911 - one for each kind of part
    kind, *rest = tree
    match kind:
        case "name":
            return values[rest[0]]
        case "number":
            return Decimal(rest[0])
        case "bool" | "text" | "date":
            return rest[0]
        case "time":
            return rest[0]
        case "compare":
            sign, left, right = rest
            return _compared(sign, _try(left, values), _try(right, values))
        case "chain":
            low, first, middle, second, high = rest
            pair = ("compare", first, low, middle), ("compare", second, middle, high)
            return _try(("and", *pair), values)
        case "in":
            negated, item, *options = rest
            found = _try(("or", *(("compare", "==", item, option) for option in options)), values)
            return found if found is None or not negated else not found
        case "and" | "all_of":
            return _worst([_try(part, values) for part in rest], False)
        case "or" | "any_of":
            return _worst([_try(part, values) for part in rest], True)
        case "if":
            test, then, otherwise = rest
            answer = _try(test, values)
            return None if answer is None else _try(then if answer else otherwise, values)
        case "round":
            return _number(lambda x: x.quantize(Decimal(10) ** -rest[1]), naive(rest[0], values))
        case "arithmetic":
            sign, left, right = rest
            operations = {
                "+": lambda a, b: a + b,
                "-": lambda a, b: a - b,
                "*": lambda a, b: a * b,
                "/": lambda a, b: a / b,
            }
            return _number(operations[sign], naive(left, values), naive(right, values))
    return _called(kind, [_try(part, values) for part in rest])


def _called(name: str, given: list[Any]) -> Any:  # noqa: PLR0911 - one for each function
    single = [None if isinstance(each, range) else each for each in given]
    match name:
        case "not":
            return None if given[0] is None else not given[0]
        case "is_missing":
            return given[0] is None
        case "is_known":
            return given[0] is not None
        case "coalesce":
            return given[0] if given[0] is not None else given[1]
        case "contains":
            return None if None in single else single[1] in single[0]
        case "count_true":
            low, high = sum(each is True for each in given), sum(each is not False for each in given)
            return Decimal(low) if low == high else range(low, high + 1)
        case "negative":
            return _number(lambda x: -x, *single)
        case "abs":
            return _number(abs, *single)
        case "floor":
            return _number(lambda x: x.to_integral_value(ROUND_FLOOR), *single)
        case "min" | "max":
            return None if None in single else sorted(single)[0 if name == "min" else -1]
        case "add_days" | "add_months":
            return _moved(name, *single)
    return _counted(name, *given)


def _number(change: Any, *numbers: Decimal | None) -> Decimal | None:
    if None in numbers:
        return None
    with localcontext(prec=28, rounding=ROUND_HALF_UP):
        try:
            return change(*numbers)  # type: ignore[no-any-return]
        except DecimalException:
            return None


def _worst(answers: list[Any], decides: bool) -> bool | None:
    if decides in answers:
        return decides
    return None if None in answers else not decides


def _days(when: date | PartialDate) -> list[date]:
    if isinstance(when, date):
        return [when]
    first = date(when.year, when.month or 1, 1)
    days = [first + timedelta(days=n) for n in range(366)]
    return [day for day in days if day.year == when.year and when.month in (None, day.month)]


def _possible(value: Any) -> list[Any]:
    if isinstance(value, PartialDate):
        return _days(value)
    return list(value) if isinstance(value, range) else [value]


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if hasattr(left, "minute"):
        left = left.strftime("%H:%M")
    ones, others = _possible(left), _possible(right)
    if len(ones) > 1 or len(others) > 1:
        # The ends, and what lies between them and is an end of the other, are enough to find a disagreement.
        ends = [ones[0], ones[-1]], [others[0], others[-1]]
        ones = ends[0] + [end for end in ends[1] if ends[0][0] <= end <= ends[0][1]]
        others = ends[1] + [end for end in ends[0] if ends[1][0] <= end <= ends[1][1]]
    tests = {
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    answers = {tests[sign](one, other) for one, other in product(ones, others)}
    return answers.pop() if len(answers) == 1 else None


def _counted(name: str, start: Any, end: Any) -> Any:
    """Count on the fingers: step by step from each possible start to each possible end."""
    if start is None or end is None:
        return None
    counts = {_steps(name, one, other) for one in _ends(start) for other in _ends(end)}
    return Decimal(counts.pop()) if len(counts) == 1 else range(min(counts), max(counts) + 1)


def _ends(when: date | PartialDate) -> list[date]:
    days = _days(when)
    return [days[0], days[-1]]


def _steps(name: str, start: date, end: date) -> int:
    if end < start:
        return -_steps(name, end, start)
    if name in ("days_between", "weeks_between"):
        return (end - start).days // (7 if name == "weeks_between" else 1)
    marks = [start]
    while marks[-1] <= end:
        year, month = divmod(start.year * 12 + start.month - 1 + len(marks), 12)
        try:
            marks.append(date(year, month + 1, start.day))
        except ValueError:
            marks.append(date(year, month + 2, 1))
    months = sum(mark <= end for _, mark in pairwise(marks))
    return months // 12 if name == "years_between" else months


def _moved(name: str, day: Any, number: Decimal | None) -> date | None:
    if number is None or not isinstance(day, date):
        return None
    if name == "add_days":
        return day + timedelta(days=int(number))
    year, month = divmod(day.year * 12 + day.month - 1 + int(number), 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
