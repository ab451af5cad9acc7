"""From the parts of a rule to a function that answers it.

Each part becomes one closure; nothing of the rule's text is ever run as a program.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from trials.rules.calendar import Between
from trials.rules.expression import three_valued
from trials.rules.expression.functions import FUNCTIONS
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
from trials.rules.expression.parse import CodeUse, parse
from trials.rules.expression.tree import tree
from trials.rules.expression.types import UNKNOWN, ExpressionError, Type, Value
from trials.rules.partial_date import PartialDate

Values = Mapping[str, object]
Run = Callable[[Values], Value]


@dataclass(frozen=True, eq=False)
class Expression:
    """A rule that was checked and can be answered: what it reads, what it answers, where it stands."""

    source: str
    type: Type
    reads: frozenset[str]
    codes: tuple[CodeUse, ...]
    """The codes it compares choices with, for whoever knows the choice lists."""
    root: Node = field(repr=False)
    _run: Run = field(repr=False)

    def evaluate(self, values: Values) -> Value:
        """The answer for these values, or UNKNOWN. A name that is absent or None is missing.

        Raises TypeError where a value is not of the type that was promised when the rule was compiled.
        """
        answer = self._run(values)
        return answer if three_valued.definite(answer) else UNKNOWN

    def tree(self) -> dict[str, object]:
        """The same rule as plain data, for the page's script."""
        return tree(self.root)


def compile_expression(source: str, names: Mapping[str, Type], expect: Type | None = None) -> Expression:
    """Check a rule and make it ready. Raises ExpressionError, which points at the first mistake.

    `names` are the names it may read, with their types; `expect` is the type its answer is to have.
    """
    root, codes = parse(source, names)
    if expect is not None and root.type is not expect:
        raise ExpressionError(
            f"This rule is to answer with {expect.words}, and it answers with {root.type.words}.",
            root.offset,
            root.length,
        )
    reads = frozenset(part.name for part in parts_of(root) if isinstance(part, Name))
    return Expression(source=source, type=root.type, reads=reads, codes=codes, root=root, _run=_compiled(root))


def parts_of(node: Node) -> Iterator[Node]:
    """The part itself and every part within it."""
    yield node
    for child in _children(node):
        yield from parts_of(child)


def _children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one for each kind of part
    match node:
        case Not(part=part) | Negative(part=part):
            return (part,)
        case Junction(parts=parts):
            return parts
        case Compare(operands=operands):
            return operands
        case Membership(item=item, options=options):
            return (item, *options)
        case Arithmetic(left=left, right=right):
            return (left, right)
        case Choose(test=test, then=then, otherwise=otherwise):
            return (test, then, otherwise)
        case Call(arguments=arguments):
            return arguments
    return ()


def _compiled(node: Node) -> Run:  # noqa: PLR0911 - one for each kind of part
    match node:
        case Literal(value=value):
            return lambda values: value
        case Name():
            return _reading(node)
        case Not(part=part):
            run = _compiled(part)
            return lambda values: three_valued.opposite(run(values))
        case Negative(part=part):
            run = _compiled(part)
            return lambda values: three_valued.negative(run(values))
        case Junction():
            return _joined(node)
        case Compare():
            return _compared(node)
        case Membership():
            return _listed(node)
        case Arithmetic(operator=sign, left=first, right=second):
            compute, left, right = three_valued.arithmetic(sign), _compiled(first), _compiled(second)
            return lambda values: compute(left(values), right(values))
        case Choose():
            return _chosen(node)
        case Call(function=name, arguments=given):
            call, arguments = FUNCTIONS[name].run, [_compiled(argument) for argument in given]
            return lambda values: call(*[argument(values) for argument in arguments])
    raise AssertionError(f"no rule for {type(node).__name__}")


def _joined(node: Junction) -> Run:
    parts = [_compiled(part) for part in node.parts]
    decides = node.operator == "or"

    def run(values: Values) -> Value:
        answer: Value = not decides
        for part in parts:
            found = part(values)
            if found is decides:
                return decides
            if found is UNKNOWN:
                answer = UNKNOWN
        return answer

    return run


def _compared(node: Compare) -> Run:
    first, *others = (_compiled(operand) for operand in node.operands)
    steps = [
        (three_valued.comparison(sign, operand.type), other)
        for sign, operand, other in zip(node.operators, node.operands, others, strict=False)
    ]
    if len(steps) == 1:
        [(compare, second)] = steps
        return lambda values: compare(first(values), second(values))

    def run(values: Values) -> Value:
        answer: Value = True
        left = first(values)
        for step, other in steps:
            right = other(values)
            found = step(left, right)
            if found is False:
                return False
            if found is UNKNOWN:
                answer = UNKNOWN
            left = right
        return answer

    return run


def _listed(node: Membership) -> Run:
    item, options = _compiled(node.item), [_compiled(option) for option in node.options]
    equal, negated = three_valued.comparison("==", node.item.type), node.negated

    def run(values: Values) -> Value:
        value = item(values)
        answer = three_valued.any_of([equal(value, option(values)) for option in options])
        return three_valued.opposite(answer) if negated else answer

    return run


def _chosen(node: Choose) -> Run:
    test, then, otherwise = _compiled(node.test), _compiled(node.then), _compiled(node.otherwise)

    def run(values: Values) -> Value:
        answer = test(values)
        if answer is UNKNOWN:
            return UNKNOWN
        return then(values) if answer else otherwise(values)

    return run


def _reading(node: Name) -> Run:
    name, accept = node.name, _ACCEPT[node.type]

    def run(values: Values) -> Value:
        value = values.get(name)
        if value is None or value is UNKNOWN:
            return UNKNOWN
        accepted = accept(value)
        if accepted is None:
            raise TypeError(f"{name} is to be {node.type.words}, not {type(value).__name__}.")
        return accepted

    return run


def _number(value: object) -> Value:
    if type(value) is int:
        value = Decimal(value)
    if type(value) is Decimal:
        # What is not a number, or is out of all reach, cannot be reckoned with.
        reachable = value.is_finite() and abs(value.adjusted()) <= three_valued.MAX_MAGNITUDE
        return value if reachable else UNKNOWN
    if type(value) is Between:
        return Decimal(value.low) if value.low == value.high else value
    return None


def _date(value: object) -> Value:
    if type(value) is PartialDate:
        return value.full() or value
    return value if type(value) is date else None


def _time(value: object) -> Value:
    return value if type(value) is time and value.tzinfo is None else None


def _text(value: object) -> Value:
    return value if isinstance(value, str) else None


def _bool(value: object) -> Value:
    return value if isinstance(value, bool) else None


def _codes(value: object) -> Value:
    return value if isinstance(value, frozenset) else None


_ACCEPT: dict[Type, Callable[[object], Value]] = {
    Type.NUMBER: _number,
    Type.DATE: _date,
    Type.TIME: _time,
    Type.TEXT: _text,
    Type.CODE: _text,
    Type.BOOL: _bool,
    Type.CODES: _codes,
}
