"""The text that is hashed: one spelling for every fact, independent of what a database rereads.

SQLite turns 5.0 into 5.000 and PostgreSQL's jsonb reorders keys, so hashes are made over this text, written once
at the time of the act, and never over a row read back.
"""

import datetime
import decimal
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Leaf: TypeAlias = str | int | bool | list[object] | dict[str, object] | None
Changes: TypeAlias = dict[str, tuple[Leaf, Leaf]]

ROW_KEY = "_row"


def canonical_json(value: object) -> str:
    """Return the only JSON spelling of a value: sorted keys, no blanks, every character as it is.

    Raises `TypeError` for a binary float or any other type that has no exact text.
    """
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Leaf:
    """Return a value as JSON can hold it exactly: decimals as typed, moments in UTC with microseconds.

    Raises `TypeError` for a binary float or any other type that has no exact text.
    """
    result: Leaf
    match value:
        case None | bool() | int() | str():
            result = value
        case decimal.Decimal():
            result = format(value, "f")
        case datetime.datetime():
            result = value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case datetime.date() | datetime.time():
            result = value.isoformat()
        case uuid.UUID():
            result = str(value)
        case list() | tuple():
            result = [plain(member) for member in value]
        case dict():
            result = {str(key): plain(member) for key, member in value.items()}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical text")
    return result


def flatten(name: str, value: object) -> Iterator[tuple[str, Leaf]]:
    """Yield the parts of one column under a path each, so that a trail can name what changed.

    A JSON object gives one part per key, and a list of rows (objects that carry their own row key) one part per
    row and key: ``values.ALB``, ``values.MEDS[r1].MEDNAME``. Anything else is one part.
    """
    if not isinstance(value, Mapping):
        yield name, plain(value)
        return
    for key, member in value.items():
        path = f"{name}.{key}"
        if not _is_rows(member):
            yield path, plain(member)
            continue
        for row in member:
            yield from _flatten_row(f"{path}[{row[ROW_KEY]}]", row)


def _is_rows(member: object) -> bool:
    return isinstance(member, list) and bool(member) and all(isinstance(row, dict) and ROW_KEY in row for row in member)


def _flatten_row(path: str, row: Mapping[str, object]) -> Iterator[tuple[str, Leaf]]:
    yield path, "row"
    for key, member in row.items():
        if key != ROW_KEY:
            yield f"{path}.{key}", plain(member)


def difference(old: Mapping[str, Leaf], new: Mapping[str, Leaf]) -> Changes:
    """Return what differs between two flattened rows: path to (old, new), absent parts as None."""
    return {
        path: (old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    }


def digest(kind: str, text: str) -> str:
    """Return the SHA-256 of a text under its kind, so that an act can never pass for a row or a seal."""
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()


def salt() -> str:
    """Return 128 random bits for a text, so that its digest cannot be found by trying all that it may say."""
    return secrets.token_hex(16)


def commitment(nonce: str, text: str) -> str:
    """Return what may be shown of a text that tells an arm: a hash that cannot be guessed at without the nonce."""
    return digest("commitment", f"{nonce}\n{text}")


def seal_text(*, chain: str, number: int, previous: str, act: str, rows: list[str]) -> str:
    """Return the canonical text of one link: where it stands, what came before it, and what it seals."""
    return canonical_json({"chain": chain, "number": number, "previous": previous, "act": act, "rows": sorted(rows)})
