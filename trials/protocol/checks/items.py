"""Items: the keys that mean something for their kind, limits in order, names that datasets can carry."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from trials.protocol.problem import Problem
from trials.protocol.schema.base import AMOUNT_TEXT, DECIMAL_TEXT
from trials.protocol.schema.items import RESERVED_KINDS
from trials.protocol.view import View, blocks, groups

NUMBERS = {"integer", "decimal", "cells"}
DATES = {"date", "partial_date"}
KEYS_OF_KINDS: dict[str, set[str]] = {
    "choices": {"choice", "many"},
    "scale": {"choice"},
    "analyte": {"lab"},
    "units": {"lab"},
    "unit": {"integer", "decimal"},
    "decimals": {"decimal", "lab"},
    "low": NUMBERS,
    "high": NUMBERS,
    "soft_low": NUMBERS,
    "soft_high": NUMBERS,
    "message": NUMBERS,
    "max_length": {"text"},
    "lines": {"text"},
    "future": DATES,
    "partial": {"partial_date"},
}
RESERVED_NAMES = frozenset(
    (
        *("STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID", "SITE", "SUBJECT", "VISIT"),
        *("VISITNUM", "VISITDY", "EPOCH", "ARM", "ARMCD", "FORM", "ROW", "STATUS"),
    )
)
MAX_NAME = 8


def check(root: View) -> Iterator[Problem]:
    """Everything about single items that the kind decides."""
    for form in root.parts("forms"):
        for group in groups(form):
            low, high = group.number("minimum") or 0, group.number("maximum")
            if high is not None and low > high:
                yield group.problem("minimum", "The group asks for more rows than it allows")
        for item, _ in blocks(form):
            yield from _kind(item)
            yield from _limits(item)
            yield from _name(item)


def _kind(item: View) -> Iterator[Problem]:
    kind = item.text("kind")
    if kind in RESERVED_KINDS:
        yield item.problem("kind", f"Items of kind {kind} are not available in this version")
        return
    for key, kinds in KEYS_OF_KINDS.items():
        if item.has(key) and kind and kind not in kinds:
            yield item.problem(key, f"`{key}` means nothing for kind {kind}; it belongs to {', '.join(sorted(kinds))}")
    if kind == "lab" and not item.has("analyte"):
        yield item.problem("kind", "An item of kind lab needs an `analyte`")
    if kind == "choice" and item.has("choices") == item.has("scale"):
        yield item.problem("kind", "An item of kind choice needs either `choices` or a `scale`")
    if kind == "many" and not item.has("choices"):
        yield item.problem("kind", "An item of kind many needs `choices`")


def _limits(item: View) -> Iterator[Problem]:
    given: list[tuple[str, Decimal]] = []
    for key in ("low", "soft_low", "soft_high", "high"):
        text = item.text(key)
        if DECIMAL_TEXT.fullmatch(text) or AMOUNT_TEXT.fullmatch(text):
            given.append((key, Decimal(text)))
    for (lower, low), (upper, high) in pairwise(given):
        if low > high:
            yield item.problem(upper, f"`{upper}` is below `{lower}`")


def _name(item: View) -> Iterator[Problem]:
    word = item.word("id")
    if word is None:
        return
    if word.text in RESERVED_NAMES:
        yield word.problem(f"`{word.text}` is the name of a column that every dataset has; choose another id")
    elif len(word.text) > MAX_NAME:
        message = f"`{word.text}` is longer than 8 characters, which SDTM and SAS transport files do not take"
        yield word.problem(message, "warning")
