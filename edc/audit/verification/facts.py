"""The facts: each one's history replayed from its first revision, and compared with the row as it is now.

Both sides are read in the order of their keys and walked side by side, so memory does not grow with the tables.
"""

import decimal
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from edc.audit import canonical
from edc.audit.guard import Audited, Reference
from edc.audit.models import Act
from edc.audit.triggers import audited_models
from edc.audit.verification import texts
from edc.audit.verification.problem import Problem

CHUNK = 1000


def problems(using: str) -> Iterator[Problem]:
    """Yield history that does not replay, facts that differ from it, and rows that only one side has."""
    for model in audited_models():
        yield from _model_problems(model, using)
    for reference in apps.get_models():
        if issubclass(reference, Reference):
            yield from _reference_problems(reference, using)


def normal(field: "models.Field[Any, Any]", value: Any) -> canonical.Leaf:
    """Return a column as both databases give it back: one spelling per type, whatever the driver made of it."""
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    if isinstance(field, models.JSONField):
        return canonical.canonical_json(value)
    if isinstance(field, models.BooleanField) and value is not None:
        return bool(value)
    return canonical.plain(value)


def _model_problems(model: type[Audited], using: str) -> Iterator[Problem]:
    label = model._meta.label_lower
    live_rows = iter(model._base_manager.using(using).order_by("pk").iterator(chunk_size=CHUNK))
    history = model.history.using(using).select_related("act").order_by("id", "revision").iterator(chunk_size=CHUNK)
    live = next(live_rows, None)
    walk = _Replay(model)
    for row in history:
        if row.id != walk.key:
            live, found = _close(walk, live, live_rows)
            yield from found
            walk = _Replay(model, row.id)
        for fault in walk.follow(row):
            yield Problem(f"history of {label}", f"{row.id} revision {row.revision}", fault)
    live, found = _close(walk, live, live_rows)
    yield from found
    while live is not None:
        yield Problem(label, str(live.pk), "it has no history: it was added past the operations")
        live = next(live_rows, None)


def _close(walk: "_Replay", live: Any, live_rows: Iterator[Any]) -> tuple[Any, list[Problem]]:
    """Compare the end of one history with the live rows up to its key; return the next live row and what is wrong."""
    label = walk.model._meta.label_lower
    found: list[Problem] = []
    if walk.key is None:
        return live, found
    while live is not None and live.pk < walk.key:
        found.append(Problem(label, str(live.pk), "it has no history: it was added past the operations"))
        live = next(live_rows, None)
    if live is None or live.pk != walk.key:
        return live, [*found, Problem(label, str(walk.key), "its history is there and the row itself has vanished")]
    found += [Problem(label, str(live.pk), fault) for fault in walk.compare(live)]
    return next(live_rows, None), found


class _Replay:
    """One fact, followed from revision to revision."""

    def __init__(self, model: type[Audited], key: uuid.UUID | None = None) -> None:
        self.model = model
        self.key = key
        self.revision = 0
        self.state: dict[str, canonical.Leaf] = {}
        self.last: Any = None

    def follow(self, row: Any) -> Iterator[str]:
        """Take one more revision and say what does not fit in it."""
        yield from texts.row_faults(row, self.model._meta.label_lower, {"id": row.id, "revision": row.revision})
        if row.revision != self.revision + 1:
            yield f"revision {self.revision + 1} is missing before it"
        if (row.history_type == "+") != (row.revision == 1):
            yield "only a first revision creates"
        if row.act.actor_key != row.history_user_id or row.act.at != row.history_date:
            yield "its person or time is not that of its act"
        for path, change in row.changes.items():
            if not isinstance(change, list) or len(change) != 2:  # noqa: PLR2004 - old and new
                yield f"the change of {path} cannot be read"
                continue
            old, new = change
            if self._leaf(path, self.state.get(path)) != self._leaf(path, old):
                yield f"{path} was something else before"
            if new is None:
                self.state.pop(path, None)
            else:
                self.state[path] = new
        self.revision, self.last = row.revision, row
        yield from (f"its {path} is not what its changes give" for path in self._unlike(row))

    def compare(self, live: Any) -> Iterator[str]:
        """Say in which columns the row as it is now differs from its last revision."""
        if live.revision != self.revision:
            yield f"it says revision {live.revision}, its history ends with {self.revision}"
        for field in self.model.recorded_fields():
            if field.attname in ("id", "revision"):
                continue
            now, then = getattr(live, field.attname), getattr(self.last, field.attname)
            if normal(field, now) != normal(field, then):
                yield f"“{field.name}” was changed past the operations"

    def _unlike(self, row: Any) -> list[str]:
        columns = {field.attname: getattr(row, field.attname) for field in self.model.recorded_fields()}
        snapshot = self.model._flat(columns)
        return [
            path
            for path in sorted(snapshot.keys() | self.state.keys())
            if self._leaf(path, snapshot.get(path)) != self._leaf(path, self.state.get(path))
        ]

    def _leaf(self, path: str, leaf: canonical.Leaf) -> canonical.Leaf:
        """Return a leaf as it compares: a decimal column without the noughts that a database adds."""
        if isinstance(leaf, str) and "." not in path and path in self._decimals():
            return format(decimal.Decimal(leaf).normalize(), "f")
        return leaf

    def _decimals(self) -> set[str]:
        return {field.name for field in self.model.recorded_fields() if isinstance(field, models.DecimalField)}


def _reference_problems(model: type[Reference], using: str) -> Iterator[Problem]:
    """What was loaded from a file: unaltered, and named with its hash by the act that loaded it."""
    label = model._meta.label_lower
    for row in model._base_manager.using(using).order_by("pk").iterator(chunk_size=CHUNK):
        sha256 = getattr(row, "sha256", "")
        if hashlib.sha256(getattr(row, "canonical", "").encode()).hexdigest() != sha256:
            yield Problem(label, str(row.pk), "its text was altered: its SHA-256 is another")
        acts = Act.objects.using(using).filter(record_id=row.pk, outcome=Act.Outcome.DONE)
        if not any(act.detail.get("sha256") == sha256 for act in acts):
            yield Problem(label, str(row.pk), "no act loaded this text")
