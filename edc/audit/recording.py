"""Recording one act: who did what, with every row it touched.

The rows wait here until the body of the operation has run; `sealing.write` then stores act, history and seals in
one go, so that the heads of the chains are locked last and for the shortest time.
"""

import datetime
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection

from edc import clock
from edc.errors import OutsideTheDoor

SYSTEM_CHAIN = "system"


@dataclass(frozen=True)
class Scope:
    """Where something belongs, by key and by the words that people use for it."""

    trial_id: uuid.UUID | None = None
    site_id: uuid.UUID | None = None
    subject_id: uuid.UUID | None = None
    trial_code: str = ""
    site_code: str = ""
    subject_label: str = ""


SYSTEM = Scope()


class HasScope(Protocol):
    """Anything that knows where it belongs."""

    def scope(self) -> Scope:
        """Return the place."""


def chain_of(*, trial_id: uuid.UUID | None, subject_id: uuid.UUID | None) -> str:
    """Name the chain: one per subject, one per trial for what has no subject, one for the system."""
    if subject_id is not None:
        return f"subject:{subject_id}"
    return f"trial:{trial_id}" if trial_id is not None else SYSTEM_CHAIN


@dataclass(frozen=True)
class By:
    """Who acts, as the trail will say it: key, names, role and organisation as they are now."""

    key: str
    username: str
    name: str
    role: str = ""
    organisation: str = ""
    channel: str = "command"
    request_id: str = ""


@dataclass
class Recording:
    """An act in the making."""

    by: By
    operation: str
    sentence: str
    scope: Scope = SYSTEM
    reason: str = ""
    always: bool = False
    blinding: str = "open"
    outcome: str = "done"
    id: uuid.UUID = field(default_factory=clock.new_id)
    at: datetime.datetime = field(default_factory=clock.now)
    form: str = ""
    record_id: uuid.UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    derived: list[tuple[list[Any], str]] = field(default_factory=list)

    @property
    def actor_key(self) -> str:
        return self.by.key

    def add(self, row: Any) -> None:
        """Add one history row, to be written with the act."""
        self.rows.append(row)

    def derive(self, rows: list[Any], on_conflict: str = "") -> None:
        """Add rows that are drawn from facts of this act, to be written with it. None of them is a fact itself."""
        self.derived.append((rows, on_conflict))

    def note(
        self,
        *,
        scope: Scope | None = None,
        form: str | None = None,
        record_id: uuid.UUID | None = None,
        sentence: str | None = None,
        **detail: Any,
    ) -> None:
        """Say more of the act once the body knows it: the new subject's scope, the form, counts and hashes."""
        self.scope = scope or self.scope
        self.form = form if form is not None else self.form
        self.record_id = record_id or self.record_id
        self.sentence = sentence or self.sentence
        self.detail.update(detail)


_open: ContextVar[Recording | None] = ContextVar("edc_open_act", default=None)


def current() -> Recording | None:
    """Return the act being recorded here, or None."""
    return _open.get()


def required(model: type[Any]) -> Recording:
    """Return the act being recorded; raise `OutsideTheDoor` when there is none."""
    act = _open.get()
    if act is None:
        raise OutsideTheDoor(f"{model.__name__}: facts are written by an operation, and only by an operation")
    return act


@contextmanager
def opened(act: Recording) -> Iterator[Recording]:
    """Let facts be written in this block. It must lie inside the operation's transaction."""
    if _open.get() is not None:
        raise OutsideTheDoor("An operation calls plain functions, never another operation")
    if not connection.in_atomic_block:
        raise OutsideTheDoor("An act is recorded inside the transaction of its data")
    token = _open.set(act)
    try:
        yield act
    finally:
        _open.reset(token)
