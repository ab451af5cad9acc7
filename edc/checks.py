"""What `manage.py check` verifies besides Django's own: settings that the design fixes, in force and not only written.

Other apps' checks (triggers, protocol files) are added to `CHECKS`, so that one place lists them all.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from edc.audit.checks import check_triggers

# What a power cut must not undo, and what the append-only triggers lean on.
SQLITE_PRAGMAS = {"foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2, "journal_mode": "wal"}
POSTGRESQL_SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
DURABLE_COMMIT = {"on", "remote_apply", "local", "remote_write"}


def check_fixed_settings(**_: Any) -> list[checks.CheckMessage]:
    """Refuse settings that would break the one door, the trail or the clock."""
    problems: list[checks.CheckMessage] = [
        checks.Error(
            f"ATOMIC_REQUESTS is on for the database '{alias}'.",
            hint="The door opens the only transaction of an act; switch ATOMIC_REQUESTS off.",
            id="edc.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("ATOMIC_REQUESTS")
    ]
    if not settings.USE_TZ or settings.TIME_ZONE != "UTC":
        problems.append(
            checks.Error("Times are not kept in UTC.", hint="Set USE_TZ on and TIME_ZONE to UTC.", id="edc.E002")
        )
    if not getattr(settings, "SIMPLE_HISTORY_ENABLED", True):
        problems.append(
            checks.Error("The history is switched off.", hint="Remove SIMPLE_HISTORY_ENABLED.", id="edc.E003")
        )
    if "django.contrib.admin" in settings.INSTALLED_APPS:
        problems.append(
            checks.Error(
                "Django's administration pages are installed.",
                hint="They write past the door; remove django.contrib.admin.",
                id="edc.E004",
            )
        )
    return problems


def check_database(**_: Any) -> list[checks.CheckMessage]:
    """Ask the database itself whether it keeps what it acknowledged."""
    connection = connections["default"]
    try:
        found = list(_unlike_the_design(connection))
    except DatabaseError as error:
        return [
            checks.Error(
                f"The database does not answer: {type(error).__name__}.",
                hint="Look at DATABASE_URL, and whether the database runs.",
                id="edc.E010",
            )
        ]
    return [
        checks.Error(f"The database setting {name} is {is_!r}, not {wanted!r}.", hint=hint, id="edc.E011")
        for name, is_, wanted, hint in found
    ]


def check_audit_triggers(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Ask for the triggers of the audit tables in every check, not only where databases are named."""
    if databases:
        return []  # the audit's own registration answers
    try:
        return check_triggers(databases=["default"])
    except DatabaseError:
        return []  # a database that does not answer is told of above


def _unlike_the_design(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, object, object, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, wanted in SQLITE_PRAGMAS.items():
                cursor.execute(f"PRAGMA {name}")
                (value,) = cursor.fetchone()
                in_memory = name == "journal_mode" and value == "memory"
                if value != wanted and not in_memory:
                    yield name, value, wanted, "It is set for each connection in edc/settings.py; look there."
            return
        for name, text in POSTGRESQL_SETTINGS.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            (value,) = cursor.fetchone()
            if value != text and not (name == "synchronous_commit" and value in DURABLE_COMMIT):
                yield name, value, text, "Set it on in the server's configuration: a power cut would lose saved data."


CHECKS: Sequence[Callable[..., list[checks.CheckMessage]]] = (
    check_fixed_settings,
    check_database,
    check_audit_triggers,
)


def register() -> None:
    """Hand every check of the project to Django."""
    for check in CHECKS:
        checks.register(check)
