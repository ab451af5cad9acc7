"""Says in plain words, and at the right place, what pydantic found."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from trials.protocol.problem import Problem
from trials.protocol.schema import base
from trials.protocol.source import Node
from trials.protocol.tree import key_mark, keys_at, suggestion, value_mark

PATTERNS = {
    base.FORM_ID: "A form id is 1 to 8 capital letters and digits, beginning with a letter, such as LAB",
    base.ITEM_ID: "An item id is capital letters, digits and underscores, beginning with a letter, such as AESTDAT",
    base.CODE: "A code is letters, digits and . _ + - without blanks",
    base.WORD: "A name is small letters, digits and underscores, beginning with a letter, such as yes_no",
    base.TRIAL_CODE: "A trial's code is capital letters, digits and hyphens, such as NCT01573923",
    base.LANGUAGE: "A language is a short code such as en or zh-Hans",
    base.REFERENCE: "This names an item of a form, such as DM.SEX",
}


def worded(root: Node, model: type[BaseModel], errors: Iterable[ErrorDetails]) -> list[Problem]:
    """One problem for each error, in words, where it stands."""
    found = list(errors)
    places = {error["loc"] for error in found}
    return [_one(root, model, error) for error in found if not _echo(error, places)]


def _echo(error: ErrorDetails, places: set[tuple[int | str, ...]]) -> bool:
    """A list said to be too short only because what stands in it has mistakes of its own."""
    length = len(error["loc"])
    return error["type"] == "too_short" and any(one[:length] == error["loc"] and len(one) > length for one in places)


def _one(root: Node, model: type[BaseModel], error: ErrorDetails) -> Problem:
    kind, location, context = error["type"], error["loc"], error.get("ctx") or {}
    last = location[-1] if location else ""
    if kind == "extra_forbidden":
        known = keys_at(model, location[:-1])
        return key_mark(root, location).problem(f"`{last}` is not known here{suggestion(str(last), known)}")
    if kind == "missing":
        return key_mark(root, location[:-1]).problem(f"`{last}` is missing here")
    if location and last == "[key]":
        return key_mark(root, location[:-1]).problem(_message(kind, context, error))
    return value_mark(root, location).problem(_message(kind, context, error))


def _message(kind: str, context: Mapping[str, object], error: ErrorDetails) -> str:
    given = error.get("input")
    if kind in {"bool_type", "string_type"} and error["loc"] and error["loc"][-1] in {"bool", "str", "constrained-str"}:
        return "This must be true, false, or a text"
    if kind == "string_type":
        if isinstance(given, (int, bool)):
            return f'This must be text: write it in quotes, "{str(given).lower()}"'
        return "This must be text" + (", and there is nothing here" if given is None else "")
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(str(context.get("pattern")), f"`{given}` is not written as it must be here")
    if kind == "literal_error":
        return _choices(given, str(context.get("expected", "")))
    simple = {
        "bool_type": "This must be true or false",
        "int_type": "This must be a whole number",
        "int_from_float": "This must be a whole number",
        "tuple_type": "This must be a list",
        "list_type": "This must be a list",
        "dict_type": "This must be a set of keys with values",
        "model_type": "This must be a set of keys with values",
        "model_attributes_type": "This must be a set of keys with values",
        "date_type": "This must be a date such as 2014-07-01",
        "date_parsing": "This must be a date such as 2014-07-01",
        "date_from_datetime_parsing": "This must be a date such as 2014-07-01",
        "date_from_datetime_inexact": "This must be a date without a time",
        "string_too_short": "There must be a text here",
        "string_too_long": f"This text is longer than {context.get('max_length')} characters",
        "too_short": f"There must be at least {context.get('min_length')} here",
        "too_long": f"There may be at most {context.get('max_length')} here",
        "greater_than_equal": f"This must be {context.get('ge')} or more",
        "less_than_equal": f"This must be {context.get('le')} or less",
    }
    return simple.get(kind, error["msg"])


def _choices(given: object, expected: str) -> str:
    """What may stand here, when it is one of a few words."""
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    if len(choices) == 1:
        return f"This must be {choices[0]}"
    return f"`{given}` is not one of {', '.join(choices)}{suggestion(str(given), choices)}"
