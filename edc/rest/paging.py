"""Lists by key: a page begins after the last row of the page before, so that the last page is as quick as the first."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError as WrongValue
from django.db.models import Model, Q, QuerySet
from rest_framework import serializers

from edc.audit.canonical import plain
from edc.rest.fields import Input, Text

MOST: Final = 200
USUAL: Final = 50
LONGEST_CURSOR: Final = 600

Orders = Mapping[str, Sequence[str]]
"""The orders that a list knows: a name, and the columns it sorts by (none of them ever empty)."""


class WholeNumber(serializers.IntegerField):
    """A number of a few digits, in an address."""

    default_error_messages = {
        "invalid": "Write a whole number.",
        "min_value": "This is at least {min_value}.",
        "max_value": "This is at most {max_value}.",
        "max_string_length": "Write a whole number.",
    }


class PageParameters(Input):
    """The part of an address that every list understands."""

    after = Text(
        required=False,
        default="",
        max_length=LONGEST_CURSOR,
        help_text="The `next` of the page before; leave it out for the first page.",
    )
    limit = WholeNumber(required=False, default=USUAL, min_value=1, max_value=MOST, help_text="Rows of a page.")


@dataclass(frozen=True)
class Page:
    """Rows of a list, and the cursor with which the next page is asked for; None at the end."""

    results: list[Any]
    next: str | None


def page(rows: QuerySet[Any], orders: Orders, parameters: Mapping[str, Any]) -> Page:
    """Cut one page out of a list, in one query. The primary key settles what is otherwise equal.

    Raises `ValidationError` for a cursor that was not given out for this order.
    """
    order = str(parameters.get("order") or next(iter(orders)))
    down = order.startswith("-")
    columns = [*orders[order], "pk"]
    if parameters["after"]:
        rows = rows.filter(_beyond(rows.model, columns, _read(parameters["after"], order, rows.model, columns), down))
    limit = parameters["limit"]
    found = list(rows.order_by(*(f"-{column}" if down else column for column in columns))[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _cursor(order, found[limit - 1], columns) if more else None)


def _beyond(model: type[Model], columns: Sequence[str], values: Sequence[Any], down: bool) -> Q:
    condition, equal = Q(), Q()
    for column, value in zip(columns, values, strict=True):
        condition |= equal & Q(**{f"{column}__{'lt' if down else 'gt'}": value})
        equal &= Q(**{column: value})
    return condition


def _cursor(order: str, row: Any, columns: Sequence[str]) -> str:
    text = json.dumps([order, *(plain(getattr(row, column)) for column in columns)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: str, model: type[Model], columns: Sequence[str]) -> list[Any]:
    try:
        text = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        named, *values = json.loads(text)
        if named != order or any(isinstance(each, dict | list | float) for each in values):
            raise ValueError(cursor)
        fields: list[Any] = [model._meta.pk if column == "pk" else model._meta.get_field(column) for column in columns]
        read = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
        for field, value in zip(fields, read, strict=True):
            field.run_validators(value)
        if any(value is None or "\0" in str(value).encode().decode() for value in read):
            raise ValueError(cursor)
    except (ValueError, TypeError, RecursionError, UnicodeError, binascii.Error, WrongValue):
        message = "This does not continue this list. Begin again without `after`."
        raise serializers.ValidationError({"after": [message]}) from None
    return read
