"""A rule and its values as plain data (JSON), for the script of the page.

Numbers are texts in decimal notation, dates `2024`, `2024-03` or `2024-03-05`, times `14:05`, several choices
a list; what is missing is null. `edc/static/edc/rules.js` reads exactly this.
"""

from datetime import date, time
from decimal import Decimal

from trials.rules.calendar import Between
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
from trials.rules.expression.types import UNKNOWN
from trials.rules.partial_date import PartialDate


def tree(node: Node) -> dict[str, object]:  # noqa: PLR0911 - one for each kind of part
    """A part of a rule, with the parts in it."""
    match node:
        case Literal(value=value):
            return {"op": "value", "type": node.type.value, "value": page_value(value)}
        case Name(name=name):
            return {"op": "name", "type": node.type.value, "name": name}
        case Not(part=part):
            return {"op": "not", "part": tree(part)}
        case Negative(part=part):
            return {"op": "negative", "part": tree(part)}
        case Junction(operator=word, parts=parts):
            return {"op": word, "parts": [tree(part) for part in parts]}
        case Compare(operators=signs, operands=operands):
            return {
                "op": "compare",
                "signs": list(signs),
                "operands": [tree(operand) for operand in operands],
            }
        case Membership(item=item, options=options, negated=negated):
            listed = [tree(option) for option in options]
            return {"op": "in", "item": tree(item), "options": listed, "negated": negated}
        case Arithmetic(operator=sign, left=left, right=right):
            return {"op": sign, "left": tree(left), "right": tree(right)}
        case Choose(test=test, then=then, otherwise=otherwise):
            return {"op": "if", "test": tree(test), "then": tree(then), "otherwise": tree(otherwise)}
        case Call(function=name, arguments=arguments):
            return {"op": "call", "function": name, "arguments": [tree(argument) for argument in arguments]}
    raise AssertionError(f"no tree for {type(node).__name__}")


def page_value(value: object) -> object:  # noqa: PLR0911 - one for each type
    """A value of an item as plain data; what is missing or unknown is None."""
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal():
            return str(value)
        case PartialDate() | date():
            return value.isoformat() if isinstance(value, date) else value.iso()
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
        case frozenset():
            return sorted(value)
        case Between(low=low, high=high):
            return {"low": str(low), "high": str(high)}
    if value is UNKNOWN:
        return None
    raise TypeError(f"{type(value).__name__} is not a value of an item.")
