"""From the text of a rule to its typed parts.

Python's own parser reads the text (it is never run); each construct is then taken over only if it is on the
short list here. Types are settled at once, so a rule that compiles cannot meet a wrong type later.
"""

import ast
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn, TypedDict

from trials.rules.expression.functions import FUNCTIONS, MAX_PLACES, Function
from trials.rules.expression.nodes import (
    Arithmetic,
    Call,
    Choose,
    Compare,
    Junction,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
    Not,
)
from trials.rules.expression.scan import MAX_DEPTH, scan
from trials.rules.expression.types import ExpressionError, Type
from trials.rules.partial_date import DateError, PartialDate, parse_time

MAX_NODES = 400

_ORDERED = (Type.NUMBER, Type.DATE, Type.TIME)
_TEXTS = (Type.TEXT, Type.CODE)
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_CONSTANTS = ("true", "false")
_LITERAL_CALLS = ("date", "time")


@dataclass(frozen=True, slots=True)
class CodeUse:
    """A code that a rule compares a choice with: who knows the choice list can tell whether it is on it."""

    name: str
    code: str
    offset: int
    length: int


class _Placed(TypedDict):
    type: Type
    offset: int
    length: int


def parse(source: str, names: Mapping[str, Type]) -> tuple[Node, tuple[CodeUse, ...]]:
    """Read a rule; `names` are those it may read, with their types. Raises ExpressionError."""
    scan(source, names)
    return _Reader(source, names).read()


class _Reader:
    def __init__(self, source: str, names: Mapping[str, Type]) -> None:
        self.source = source
        self.names = names
        self.start = len(source) - len(source.lstrip())
        # One blank for each line break, so that what follows keeps its place; none is within a text.
        self.text = source.strip().translate({ord(sign): " " for sign in "\t\r\n"})
        self.ascii = self.text.isascii()
        self.encoded = self.text.encode()
        self.count = 0
        self.uses: list[CodeUse] = []

    def read(self) -> tuple[Node, tuple[CodeUse, ...]]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text, mode="eval")
        except SyntaxError as error:
            # The parser counts from 1; where something is missing at the end it says 0 or points past it.
            last = len(self.text)
            place = self.start + min(error.offset or last, last) - 1
            raise ExpressionError(_syntax_words(error), place) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("The rule is nested too deeply.", self.start, len(self.text)) from None
        return self.node(tree.body, 1), tuple(self.uses)

    # Places

    def place(self, part: ast.expr) -> tuple[int, int]:
        """Offset and length in characters; the parser counts bytes."""
        end = part.end_col_offset or part.col_offset
        if self.ascii:
            return self.start + part.col_offset, end - part.col_offset
        first = len(self.encoded[: part.col_offset].decode())
        return self.start + first, len(self.encoded[part.col_offset : end].decode())

    def refuse(self, part: ast.expr, message: str) -> NoReturn:
        offset, length = self.place(part)
        raise ExpressionError(message, offset, length)

    # Parts

    def node(self, part: ast.expr, depth: int) -> Node:  # noqa: PLR0911, PLR0912, RET503 - one per construct
        """Take over one construct of the parser, or refuse it."""
        self.count += 1
        if self.count > MAX_NODES:
            self.refuse(part, f"The rule has too many parts: at most {MAX_NODES}. Split it in two.")
        if depth > MAX_DEPTH:
            self.refuse(part, f"The rule is nested too deeply: at most {MAX_DEPTH} levels. Split it in two.")
        match part:
            case ast.Constant():
                return self.constant(part)
            case ast.Name() | ast.Attribute():
                return self.name(part)
            case ast.BoolOp():
                word = "and" if isinstance(part.op, ast.And) else "or"
                parts = tuple(self.answer(value, depth, f"“{word}”") for value in part.values)
                return Junction(operator=word, parts=parts, **self.typed(part, Type.BOOL))
            case ast.UnaryOp(op=ast.Not()):
                return Not(part=self.answer(part.operand, depth, "“not”"), **self.typed(part, Type.BOOL))
            case ast.UnaryOp(op=ast.USub()):
                number = self.number(part.operand, depth, "A minus sign")
                return Negative(part=number, **self.typed(part, Type.NUMBER))
            case ast.BinOp() if type(part.op) in _ARITHMETIC:
                return self.arithmetic(part, depth)
            case ast.Compare():
                return self.comparison(part, depth)
            case ast.IfExp():
                return self.choice(part, depth)
            case ast.Call():
                return self.call(part, depth)
            case ast.Tuple() | ast.List():
                self.refuse(part, "A list stands only after “in” or “not in”.")
            case ast.UnaryOp():
                self.refuse(part, "A number needs no plus sign.")
            case _:
                self.refuse(part, "This has no place in a rule.")

    def typed(self, part: ast.expr, kind: Type) -> _Placed:
        offset, length = self.place(part)
        return {"type": kind, "offset": offset, "length": length}

    def constant(self, part: ast.Constant) -> Node:
        offset, length = self.place(part)
        if isinstance(part.value, str):
            return Literal(value=part.value, **self.typed(part, Type.TEXT))
        # From the text, never from the parser's number, which is binary.
        return Literal(value=Decimal(self.source[offset : offset + length]), **self.typed(part, Type.NUMBER))

    def name(self, part: ast.Name | ast.Attribute) -> Node:  # noqa: RET503 - refuse never returns
        offset, length = self.place(part)
        name = self.source[offset : offset + length]
        if name in self.names:
            return Name(name=name, **self.typed(part, self.names[name]))
        if name in _CONSTANTS:
            return Literal(value=name == "true", **self.typed(part, Type.BOOL))
        if name in FUNCTIONS or name in _LITERAL_CALLS:
            usage = FUNCTIONS[name].usage if name in FUNCTIONS else _literal_usage(name)
            self.refuse(part, f"“{name}” is a function: write {usage}.")
        self.refuse(part, f"There is no item “{name}” here.{_nearest(name, (*self.names, *_CONSTANTS))}")

    def answer(self, part: ast.expr, depth: int, who: str) -> Node:
        node = self.node(part, depth + 1)
        if node.type is not Type.BOOL:
            hint = " Compare it with something."
            if node.type is Type.CODES:
                hint = ' Ask for one of them: contains(ITEM, "code").'
            self.refuse(part, f"{who} needs a yes-or-no answer, and this is {node.type.words}.{hint}")
        return node

    def number(self, part: ast.expr, depth: int, who: str) -> Node:
        node = self.node(part, depth + 1)
        if node.type is not Type.NUMBER:
            hint = ""
            if node.type is Type.DATE:
                hint = " For dates there are days_between(from, to) and add_days(date, 30)."
            self.refuse(part, f"{who} needs a number, and this is {node.type.words}.{hint}")
        return node

    def arithmetic(self, part: ast.BinOp, depth: int) -> Node:
        sign = _ARITHMETIC[type(part.op)]
        left = self.number(part.left, depth, f"“{sign}”")
        right = self.number(part.right, depth, f"“{sign}”")
        return Arithmetic(operator=sign, left=left, right=right, **self.typed(part, Type.NUMBER))

    def choice(self, part: ast.IfExp, depth: int) -> Node:
        test = self.answer(part.test, depth, "“if”")
        then = self.node(part.body, depth + 1)
        otherwise = self.node(part.orelse, depth + 1)
        if not _alike(then, otherwise):
            self.refuse(
                part.orelse,
                f"Both values of “if … else” are of one type: the first is {then.type.words}, "
                f"this is {otherwise.type.words}.",
            )
        return Choose(
            test=test,
            then=then,
            otherwise=otherwise,
            **self.typed(part, _common((then.type, otherwise.type))),
        )

    def comparison(self, part: ast.Compare, depth: int) -> Node:
        if isinstance(part.ops[0], ast.In | ast.NotIn) and len(part.ops) == 1:
            return self.membership(part, depth)
        signs: list[str] = []
        for found in part.ops:
            if type(found) not in _COMPARISONS:
                self.refuse(part, "“in” cannot be chained with other comparisons: join them by “and”.")
            signs.append(_COMPARISONS[type(found)])
        places = [part.left, *part.comparators]
        operands = [self.node(place, depth + 1) for place in places]
        for sign, left, right, place in zip(signs, operands, operands[1:], places[1:], strict=False):
            self.check_comparable(sign, left, right, place)
        return Compare(operators=tuple(signs), operands=tuple(operands), **self.typed(part, Type.BOOL))

    def membership(self, part: ast.Compare, depth: int) -> Node:
        item = self.node(part.left, depth + 1)
        listed = part.comparators[0]
        if not isinstance(listed, ast.Tuple | ast.List):
            example = '["1", "2"]' if item.type in _TEXTS else "[1, 2]"
            self.refuse(
                listed,
                f"After “in” comes a list in square brackets, as in {example}. "
                'For an item with several choices write contains(ITEM, "code").',
            )
        if not listed.elts:
            self.refuse(listed, "This list is empty: nothing can be in it.")
        options = []
        for element in listed.elts:
            option = self.node(element, depth + 1)
            self.check_comparable("==", item, option, element)
            options.append(option)
        negated = isinstance(part.ops[0], ast.NotIn)
        return Membership(item=item, options=tuple(options), negated=negated, **self.typed(part, Type.BOOL))

    def check_comparable(self, sign: str, left: Node, right: Node, place: ast.expr) -> None:
        """Refuse a comparison of different types, or an order where there is none."""
        kinds = (left.type, right.type)
        if Type.CODES in kinds:
            self.refuse(place, 'A list of choices is asked with contains(ITEM, "code").')
        if not _alike(left, right):
            self.refuse(
                place,
                f"{_capital(left.type.words)} is compared with {right.type.words}.{_mixed_hint(left, right)}",
            )
        if sign not in ("==", "!=") and left.type not in _ORDERED:
            self.refuse(place, f"There is no order in {left.type.words}: only == and != or “in” can be asked.")
        self.note_code(left, right)
        self.note_code(right, left)

    def note_code(self, choice: Node, code: Node) -> None:
        if (
            isinstance(choice, Name)
            and choice.type in (Type.CODE, Type.CODES)
            and isinstance(code, Literal)
            and isinstance(code.value, str)
        ):
            self.uses.append(CodeUse(choice.name, code.value, code.offset, code.length))

    # Functions

    def call(self, part: ast.Call, depth: int) -> Node:
        offset, length = self.place(part.func)
        name = self.source[offset : offset + length]
        if name in _LITERAL_CALLS:
            return self.literal_call(part, name)
        function = FUNCTIONS.get(name)
        if function is None:
            self.refuse(part.func, f"There is no function “{name}”.{_nearest(name, (*FUNCTIONS, *_LITERAL_CALLS))}")
        least, most = (
            len(function.takes) - function.optional,
            None if function.repeats else len(function.takes),
        )
        given = len(part.args)
        if part.keywords or given < least or (most is not None and given > most):
            self.refuse(part, f"“{name}” is written {function.usage}.")
        arguments = []
        for number, argument in enumerate(part.args):
            node = self.node(argument, depth + 1)
            takes = function.takes[min(number, len(function.takes) - 1)]
            if node.type not in takes:
                wanted = " or ".join(kind.words for kind in Type if kind in takes)
                self.refuse(
                    argument,
                    f"{function.usage} needs {wanted} here, and this is {node.type.words}.{_as_date(node)}",
                )
            arguments.append(node)
        kind = self.answer_type(part, function, arguments)
        if name == "round":
            for argument, node in zip(part.args[1:], arguments[1:], strict=True):
                self.check_places(argument, node)
        if name == "contains":
            self.note_code(arguments[0], arguments[1])
        return Call(function=name, arguments=tuple(arguments), **self.typed(part, kind))

    def answer_type(self, part: ast.Call, function: Function, arguments: list[Node]) -> Type:
        if function.answers is not None:
            return function.answers
        for argument, node in zip(part.args, arguments, strict=True):
            if not _alike(arguments[0], node):
                self.refuse(
                    argument,
                    f"{function.usage} needs values of one type: the first is {arguments[0].type.words}, "
                    f"this is {node.type.words}.",
                )
        return _common([node.type for node in arguments])

    def check_places(self, part: ast.expr, node: Node) -> None:
        value = node.value if isinstance(node, Literal) else None
        if not isinstance(value, Decimal) or value != value.to_integral_value() or value > MAX_PLACES:
            self.refuse(part, f"The number of decimals is written as a whole number from 0 to {MAX_PLACES}.")

    def literal_call(self, part: ast.Call, name: str) -> Node:
        """`date("2024-01-31")` and `time("14:05")`: a day and a time written in the rule itself."""
        argument = part.args[0] if len(part.args) == 1 and not part.keywords else None
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            self.refuse(part, f"“{name}” is written {_literal_usage(name)}.")
        try:
            if name == "time":
                return Literal(value=parse_time(argument.value), **self.typed(part, Type.TIME))
            day = PartialDate.from_iso(argument.value).full()
        except DateError as error:
            self.refuse(argument, f"“{name}” is written {_literal_usage(name)}. {error}")
        if day is None:
            self.refuse(argument, f"A day in a rule is written whole: {_literal_usage(name)}.")
        return Literal(value=day, **self.typed(part, Type.DATE))


def _alike(left: Node, right: Node) -> bool:
    return left.type is right.type or (left.type in _TEXTS and right.type in _TEXTS)


def _common(kinds: Iterable[Type]) -> Type:
    """The type of values that are alike: a choice and a text together are a text."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else Type.TEXT


def _mixed_hint(left: Node, right: Node) -> str:
    for one, other in ((left, right), (right, left)):
        if one.type is Type.CODE and isinstance(other, Literal) and other.type is Type.NUMBER:
            return f' Write the code of the choice in quotes: "{other.value}".'
        if one.type is Type.DATE and other.type is Type.TEXT:
            return ' Write a day as date("2024-01-31").'
        if one.type is Type.TIME and other.type is Type.TEXT:
            return ' Write a time as time("14:05").'
        if one.type is Type.NUMBER and isinstance(other, Literal) and other.type is Type.TEXT:
            return " Write a number without quotes."
        if one.type is Type.BOOL and other.type is not Type.BOOL:
            return " Write true or false for a yes-or-no answer, and join comparisons by “and”."
    return ""


def _as_date(node: Node) -> str:
    return ' Write a day as date("2024-01-31").' if isinstance(node, Literal) and node.type is Type.TEXT else ""


def _literal_usage(name: str) -> str:
    return 'date("2024-01-31")' if name == "date" else 'time("14:05")'


def _nearest(name: str, known: Iterable[str]) -> str:
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean “{by_lower[found[0]]}”?" if found else ""


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _syntax_words(error: SyntaxError) -> str:
    reason = error.msg
    if "was never closed" in reason:
        return "This bracket is not closed."
    if "unmatched" in reason:
        return "This bracket was never opened."
    if "does not match" in reason:
        return "This bracket does not match the one that was opened."
    if "forgot a comma" in reason:
        return "The rule cannot be read here: a comma or an operator is missing."
    if "expected 'else'" in reason:
        return "After “if” comes an “else”: first if condition else second."
    return "The rule cannot be read here: something is missing or stands in the wrong place."
