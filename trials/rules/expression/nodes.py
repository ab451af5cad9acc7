"""The parts of a rule after it was read: each knows its type and where it stands in the source."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from trials.rules.expression.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a rule."""

    type: Type
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A value written in the rule itself."""

    value: Decimal | str | bool | date | time


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """The value of an item, or of another name that the rule may read."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The opposite of a yes-or-no answer."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Node):
    """Several yes-or-no answers joined by `and` or by `or`."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """Neighbours compared one by one, all of which must hold: `17 <= MELD <= 30` has three operands."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """Whether a value is one of those listed, or none of them."""

    item: Node
    options: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """Two numbers joined by + - * or /."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(Node):
    """A number with its sign turned."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """One value if an answer is yes, another if it is no."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function and what it is given."""

    function: str
    arguments: tuple[Node, ...]
