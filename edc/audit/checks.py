"""No triggers, no service: asked by `manage.py check --database default` and when the server starts."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from edc.audit import triggers

NAMED = 3
WORKER_FAILED_TO_BOOT = 3


class DidNotServe(SystemExit):
    """Ends a server before its first page, with a sentence, and with the code at which gunicorn does not try again."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.code = WORKER_FAILED_TO_BOOT
        sys.stderr.write(f"{sentence}\n")


def check_triggers(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Refuse a database whose audit tables can be changed. One that still waits for its migrations is not judged."""
    problems: list[checks.CheckMessage] = []
    for alias in set(databases or ()) & {"default"}:
        connection = connections[alias]
        absent = triggers.missing(connection)
        if absent and not _waits_for_migrations(connection):
            hint = "Find out who took them away; then manage.py audit_triggers, and manage.py verify_audit."
            problems.append(checks.Error(in_words(absent), hint=hint, id="edc.E020"))
    return problems


def refuse_to_serve_without_triggers() -> None:
    """Stop the server before its first page when the audit tables are not protected."""
    try:
        absent = triggers.missing(connections["default"])
    except DatabaseError as error:
        raise DidNotServe(
            f"The server did not start: the database does not answer ({type(error).__name__})."
        ) from error
    finally:
        connections["default"].close()
    if absent:
        raise DidNotServe(
            f"The server did not start. {in_words(absent)} Run manage.py migrate on a new database; on one in use, "
            "find out who took them away, run manage.py audit_triggers, then manage.py verify_audit."
        )


def in_words(absent: Sequence[triggers.Trigger]) -> str:
    """Say which triggers are missing, the first few by name."""
    named = ", ".join(str(trigger) for trigger in absent[:NAMED])
    more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
    return f"The audit tables are not protected: missing or altered triggers {named}{more}."


def _waits_for_migrations(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
