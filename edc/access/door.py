"""The door: the only way to do a thing. Checked, whole, and on record.

`operation` is the one decorator that opens a transaction. It checks the right, records the act, runs the body,
asks whether the result is still the actor's to see, seals and commits. A refusal rolls everything back and is
recorded in a transaction of its own.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from edc.access.actor import Actor
from edc.access.reauthentication import confirm_password
from edc.access.roles import Permission
from edc.audit import recording, sealing
from edc.audit.guard import Audited
from edc.audit.recording import SYSTEM, Recording
from edc.errors import Conflict, EdcError, NeedsReason, NotAllowed, NotVisible, Refused
from edc.text import LONGEST_REASON, made_printable, printable

Result = TypeVar("Result")


@dataclass(frozen=True)
class OperationFacts:
    """What the contracts and the documentation read of an operation."""

    name: str
    permission: Permission
    sentence: str
    on: str | None
    always: bool
    blinding: str
    weighty: bool
    still_visible: bool


OPERATIONS: dict[str, OperationFacts] = {}
"""Every operation that has been imported, by name."""


def operation(
    permission: Permission,
    sentence: str,
    *,
    on: str | None,
    always: bool = False,
    blinding: str = "open",
    weighty: bool = False,
    still_visible: bool = True,
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Make a function the only way to do one thing.

    The function takes keywords only: `by` (the actor), `reason` (empty where none is needed) and its own. `on`
    names the argument whose `scope()` decides who may; None means the system as a whole. With `always` the act is
    on record even when no row changed (a download, for instance). A `weighty` operation takes the actor's
    `password` as well and checks it first. A result that is a fact must still be visible to the actor afterwards,
    unless `still_visible` is off.

    Raises `NotVisible`, `NotAllowed`, and whatever the body refuses; nothing is stored then but the refusal.
    """

    def wrap(body: Callable[..., Result]) -> Callable[..., Result]:
        facts = OperationFacts(
            name=f"{body.__module__.split('.operations')[0].removeprefix('edc.')}.{body.__name__}",
            permission=permission,
            sentence=sentence,
            on=on,
            always=always,
            blinding=blinding,
            weighty=weighty,
            still_visible=still_visible,
        )
        OPERATIONS[facts.name] = facts

        @functools.wraps(body)
        def run(*, by: Actor, reason: str = "", **given: Any) -> Any:
            # Only a weighty operation is asked for the actor's password; opening an account takes one of its own.
            password = given.pop("password", "") if weighty else ""
            scope = given[on].scope() if on else SYSTEM
            act = Recording(
                by=by.by(permission, scope),
                operation=facts.name,
                sentence=sentence,
                scope=scope,
                reason=printable(reason.replace("\r\n", "\n")).strip(),
                always=always,
                blinding=blinding,
            )
            try:
                if not by.may(permission, scope):
                    raise NotAllowed if by.sees(scope) else NotVisible
                if len(act.reason) > LONGEST_REASON:
                    raise Refused(field_errors={"reason": [f"Say it in {LONGEST_REASON} characters at most."]})
                if weighty:
                    confirm_password(by, password)
                return _inside(body, facts, act, by, given)
            except NeedsReason:
                raise
            except EdcError as error:
                _record_refusal(act, error)
                raise

        run.facts = facts  # type: ignore[attr-defined]  # for contracts and documentation
        return run

    return wrap


def _inside(body: Callable[..., Any], facts: OperationFacts, act: Recording, by: Actor, given: dict[str, Any]) -> Any:
    try:
        with transaction.atomic(durable=True):
            with recording.opened(act):
                result = body(by=by, reason=act.reason, **given)
                if facts.still_visible and isinstance(result, Audited) and not by.sees(result.scope()):
                    raise NotVisible
            sealing.write(act)
    except IntegrityError as error:
        if _is_duplicate(error):
            raise Conflict("Somebody else saved the same thing at the same moment. Look at it again.") from error
        raise
    return result


def _is_duplicate(error: IntegrityError) -> bool:
    """Whether a uniqueness constraint refused, on PostgreSQL (SQLSTATE 23505) or SQLite."""
    return getattr(error.__cause__, "sqlstate", None) == "23505" or str(error).startswith("UNIQUE constraint")


def _record_refusal(act: Recording, error: EdcError) -> None:
    """Put a refused attempt on record, after the attempt itself was rolled back.

    It carries what was tried, message by message, so that a value refused by a check is not forgotten.
    """
    refusal = Recording(
        by=act.by,
        operation=act.operation,
        sentence=act.sentence,
        scope=act.scope,
        reason=act.reason,
        always=True,
        blinding=act.blinding,
        outcome="refused",
        form=act.form,
        record_id=act.record_id,
        detail={"refusal": error.code, "message": error.message},
    )
    if isinstance(error, Refused):
        refusal.detail["errors"] = made_printable(error.field_errors)
        refusal.detail["attempted"] = made_printable(error.attempted)
    with transaction.atomic(), recording.opened(refusal):
        sealing.write(refusal)
    error.on_record = True
