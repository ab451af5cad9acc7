"""A rule said in words, with the labels of its items, for people who do not read rules."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal

from trials.rules.expression.compile import Expression
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
from trials.rules.expression.types import Type
from trials.rules.partial_date import PartialDate

Labels = Mapping[str, str]
Choices = Mapping[str, Labels]

_NUMBERS = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
_DATES = {
    "==": "is",
    "!=": "is not",
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
}
_TIMES = {**_DATES, "<=": "is at or before", ">=": "is at or after"}
_CALLS = {
    "is_missing": "{} is not entered",
    "is_known": "{} is entered",
    "days_between": "the days from {} to {}",
    "weeks_between": "the completed weeks from {} to {}",
    "months_between": "the completed months from {} to {}",
    "years_between": "the completed years from {} to {}",
    "add_days": "{} plus {} days",
    "add_months": "{} plus {} months",
    "abs": "the size of {}",
    "floor": "{} rounded down",
    "contains": "{} includes {}",
}
_OPPOSITES = {"is_missing": "is_known", "is_known": "is_missing"}
_LISTS = {
    "min": "the lowest of {}",
    "max": "the highest of {}",
    "count_true": "how many of {} hold",
    "any_of": "at least one of {} holds",
    "all_of": "all of {} hold",
    "coalesce": "the first entered of {}",
}
_OF_ANSWERS = ("count_true", "any_of", "all_of")


def describe(expression: Expression, labels: Labels, choices: Choices | None = None) -> str:
    """The rule as a sentence, without a full stop: `Age is at least 18 and Sex is “Female”`.

    `labels` gives the label of a name, `choices` for a name the label of each code; what is absent is shown
    as it is.
    """
    sentence = _Sentence(labels, choices or {})
    root = expression.root
    return sentence.answer(root) if isinstance(root, Name) else sentence.say(root)


class _Sentence:
    def __init__(self, labels: Labels, choices: Choices) -> None:
        self.labels = labels
        self.choices = choices

    def say(self, node: Node) -> str:  # noqa: PLR0911 - one for each kind of part
        match node:
            case Literal(value=value):
                return _value(value)
            case Name(name=name):
                return self.labels.get(name, name)
            case Not(part=Call(function="is_missing" | "is_known" as name) as call):
                return _CALLS[_OPPOSITES[name]].format(self.inner(call.arguments[0]))
            case Not(part=part):
                return f"it is not so that {self.answer(part)}"
            case Negative(part=part):
                return f"minus {self.inner(part)}"
            case Junction(operator=word, parts=parts):
                return f" {word} ".join(self.answer(part) for part in parts)
            case Compare():
                return self.comparison(node)
            case Membership(item=item, options=options, negated=negated):
                listed = ", ".join(self.against(item, option) for option in options)
                return f"{self.inner(item)} is {'none' if negated else 'one'} of {listed}"
            case Arithmetic(operator=sign, left=left, right=right):
                shown = {"*": "×", "/": "÷", "-": "−"}.get(sign, sign)
                return f"{self.inner(left)} {shown} {self.inner(right)}"
            case Choose(test=test, then=then, otherwise=otherwise):
                return f"{self.inner(then)} if {self.answer(test)}, otherwise {self.inner(otherwise)}"
            case Call():
                return self.call(node)
        raise AssertionError(f"no words for {type(node).__name__}")

    def inner(self, node: Node) -> str:
        """A part within another: in brackets where it could be read in two ways."""
        said = self.say(node)
        return f"({said})" if isinstance(node, Junction | Arithmetic | Choose | Not) else said

    def answer(self, node: Node) -> str:
        """A part that answers yes or no: an item alone is said as `… is yes`."""
        said = self.inner(node)
        return f"{said} is yes" if isinstance(node, Name) and node.type is Type.BOOL else said

    def comparison(self, node: Compare) -> str:
        if node.operators == ("<=", "<="):
            low, middle, high = node.operands
            return f"{self.inner(middle)} is from {self.against(middle, low)} to {self.against(middle, high)}"
        said = [
            f"{self.against(right, left)} {_sign(sign, left.type)} {self.against(left, right)}"
            for sign, left, right in zip(node.operators, node.operands, node.operands[1:], strict=False)
        ]
        return " and ".join(said)

    def against(self, choice: Node, node: Node) -> str:
        """A value beside the choice it is compared with: a code is said by its label."""
        if isinstance(choice, Name) and isinstance(node, Literal) and isinstance(node.value, str):
            return _value(self.choices.get(choice.name, {}).get(node.value, node.value))
        return self.inner(node)

    def call(self, node: Call) -> str:
        first, name = node.arguments[0], node.function
        if name == "contains":
            return _CALLS[name].format(self.inner(first), self.against(first, node.arguments[1]))
        if name == "round":
            places = self.inner(node.arguments[1]) if node.arguments[1:] else "0"
            return f"{self.inner(first)} rounded to {places} decimal{'' if places == '1' else 's'}"
        said = [self.answer(argument) if name in _OF_ANSWERS else self.inner(argument) for argument in node.arguments]
        if name in _LISTS:
            return _LISTS[name].format(f"({'; '.join(said)})")
        return _CALLS[name].format(*said)


def _sign(sign: str, kind: Type) -> str:
    return {Type.DATE: _DATES, Type.TIME: _TIMES}.get(kind, _NUMBERS)[sign]


def _value(value: Decimal | str | bool | date | time) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return f"“{value}”"
        case date():
            return PartialDate.from_date(value).words()
        case time():
            return value.isoformat("minutes")
    return f"{value:f}"
