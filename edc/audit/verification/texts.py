"""The canonical texts of acts and history rows, held against the columns that lie beside them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from edc.audit import canonical
from edc.audit.history import HistoryRow
from edc.audit.models import Act

COMMITMENT = "commitment"


class Unreadable(ValueError):
    """A text that is not in the one spelling."""


def parsed(text: str) -> dict[str, Any]:
    """Read a canonical text.

    Raises `Unreadable` when it is not an object in the one spelling that canonical text has.
    """
    try:
        value = json.loads(text)
        same = isinstance(value, dict) and canonical.canonical_json(value) == text
    except (ValueError, TypeError, RecursionError) as error:
        raise Unreadable("its text cannot be read") from error
    if not same:
        raise Unreadable("its text is not in the canonical spelling")
    return cast(dict[str, Any], value)


def opened(shown: Mapping[str, Any], opening: str) -> dict[str, Any]:
    """Return the text behind a commitment.

    Raises `Unreadable` when the stored opening does not open it.
    """
    parts = parsed(opening)
    if parts.keys() != {"nonce", "text"} or not all(isinstance(part, str) for part in parts.values()):
        raise Unreadable("its opening is incomplete")
    if canonical.commitment(parts["nonce"], parts["text"]) != shown[COMMITMENT]:
        raise Unreadable("its opening does not open its commitment")
    return parsed(parts["text"])


def act_faults(act: Act) -> Iterator[str]:
    """Say in which ways an act's columns and its text differ."""
    try:
        text = parsed(act.canonical)
        sealed = COMMITMENT in text
        if sealed and (text.keys() != {"act", COMMITMENT} or text["act"] != str(act.pk)):
            yield "its commitment is of another act"
            return
        if sealed != bool(act.opening):
            yield "its opening is missing or out of place"
            return
        text = opened(text, act.opening) if sealed else text
    except Unreadable as error:
        yield str(error)
        return
    for field in Act._meta.concrete_fields:
        if field.name in ("canonical", "opening"):
            continue
        column = canonical.plain(getattr(act, field.attname))
        if sealed and field.name in ("reason", "detail"):
            if column:
                yield f"“{field.name}” stands open though the act is sealed"
        elif field.name not in text:
            # A column that a later version of the software added says nothing about older acts.
            if column not in (None, "", [], {}):
                yield f"“{field.name}” is not in its text"
        elif text[field.name] != column:
            yield f"“{field.name}” was altered"


def row_faults(row: HistoryRow, model: str, columns: Mapping[str, Any]) -> Iterator[str]:
    """Say in which ways a history row's columns and its text differ. `columns` has its key and its revision."""
    try:
        text = parsed(row.canonical)
        sealed = COMMITMENT in text
        if sealed != bool(row.opening):
            yield "its opening is missing or out of place"
            return
        inner = opened(text, row.opening) if sealed else text
    except Unreadable as error:
        yield str(error)
        return
    identity = {
        "act": str(row.act_id),
        "model": model,
        "pk": str(columns["id"]),
        "revision": columns["revision"],
        "type": row.history_type,
    }
    for name, column in identity.items():
        if inner.get(name) != column or text.get(name) != column:
            yield f"“{name}” was altered"
    if inner.get("changes") != canonical.plain(row.changes):
        yield "“changes” was altered"
