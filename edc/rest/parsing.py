"""JSON as it was sent, read without guessing and without harm.

Nothing becomes a binary float: a number with a point stays a decimal. What JSON allows and nobody can mean is refused:
a name twice in one object, NaN, numbers of hundreds of digits, objects nested a thousand deep.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, Final, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from edc.errors import EdcError

DEEPEST: Final = 32
"""Objects and lists inside each other. A form with repeating groups needs five."""

MOST_VALUES: Final = 10_000
"""Values in one message. The longest form has a few hundred."""

LONGEST_NUMBER: Final = 40
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)


class TooLarge(EdcError):
    """The message is longer than any form could be."""

    default_message = "This message is too long to be read. Send fewer or shorter values."
    code = "too_large"
    page_status = 413
    api_status = 413


class StrictJSON(BaseParser):
    """Reads `application/json`, UTF-8, within bounds."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent. Raises `ParseError` with a sentence, or `TooLarge`."""
        longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        sent = stream.read(longest + 1)
        if len(sent) > longest:
            raise TooLarge
        return read(sent)


def read(sent: bytes) -> Any:
    """Read JSON. Raises `ParseError` with a sentence that says what is wrong with it."""
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError:
        raise ParseError("The message is not written in UTF-8.") from None
    _check_bounds(text)
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise ParseError(f"The message is not JSON: look at line {error.lineno}, column {error.colno}.") from None


def _check_bounds(text: str) -> None:
    depth = commas = 0
    for found in _TOKENS.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ParseError(f"Objects and lists are nested more than {DEEPEST} deep.")
        elif mark in "]}":
            depth -= 1
        elif mark == ",":
            commas += 1
    if commas >= MOST_VALUES:
        raise ParseError(f"The message holds more than {MOST_VALUES:,} values.")


def _integer(text: str) -> int:
    _check_number(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    _check_number(text)
    return Decimal(text)


def _check_number(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise ParseError(f"A number has more than {LONGEST_NUMBER} digits.")


def _no_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not a number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError("A name stands twice in one object. Send each name once.")
    return found
