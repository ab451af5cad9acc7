"""Append-only in the database itself: what no code of ours, and no plain SQL, gets past unnoticed.

Acts, seals, checkpoints, failed log-ins, history and loaded protocols are added and never changed. Facts are never
deleted, and never changed without the next revision number, which only an operation gives them.

SQLite drops a table's triggers whenever a migration rebuilds the table, so they are put back after every migrate,
and `missing` is asked before the server serves. The owner of a database can still take triggers away; what is then
changed is found by `manage.py verify_audit`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from edc.audit.guard import AppendOnly, Audited
from edc.audit.history import HistoryRow

PREFIX = "edc_keep_"
REFUSE = "edc_refuse"
ONE_BY_ONE = "edc_one_revision_at_a_time"
# SQLSTATE 23001, restrict_violation: Django raises IntegrityError for it, as SQLite does for RAISE(ABORT).
FUNCTIONS = {
    REFUSE: """
BEGIN
  RAISE EXCEPTION '% keeps what it holds: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
""",
    ONE_BY_ONE: """
BEGIN
  IF NEW.revision IS DISTINCT FROM OLD.revision + 1 OR NEW.id IS DISTINCT FROM OLD.id THEN
    RAISE EXCEPTION '% is changed by operations only: UPDATE is refused', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
""",
}
# pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
EVENTS = {"UPDATE OR DELETE": 1 | 2 | 8 | 16, "UPDATE": 1 | 2 | 16, "DELETE": 1 | 2 | 8, "TRUNCATE": 2 | 32}


@dataclass(frozen=True)
class Trigger:
    """One trigger: its table, its name, how it is made, and how the catalogue describes it when it is whole."""

    table: str
    name: str
    sql: str
    described: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.name} on {self.table}"


def append_only_models() -> list[type[models.Model]]:
    """Tables whose rows are added and never changed: acts, seals, history, loaded protocols and the like."""
    return [model for model in apps.get_models() if issubclass(model, AppendOnly | HistoryRow)]


def audited_models() -> list[type[Audited]]:
    """Tables that hold facts."""
    return [model for model in apps.get_models() if issubclass(model, Audited)]


def expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Return every trigger that this database must have."""
    make = _for_sqlite if connection.vendor == "sqlite" else _for_postgresql
    return [*make(append_only_models(), facts=False), *make(audited_models(), facts=True)]


def missing(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Return the triggers that are not there, are switched off, or are not what they should be."""
    present = _present(connection)
    return [
        trigger for trigger in expected(connection) if present.get((trigger.table, trigger.name)) != trigger.described
    ]


def establish(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Put back what is missing, on every table that is there, and return it. Changes nothing when nothing is."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    absent = [trigger for trigger in missing(connection) if trigger.table in tables]
    if not absent:
        return []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, body in FUNCTIONS.items():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $edc${body}$edc$"
                )
        for trigger in absent:
            cursor.execute(drop(connection, trigger))
            cursor.execute(trigger.sql)
            if connection.vendor == "postgresql":
                # ALWAYS: without it, session_replication_role = replica passes by.
                cursor.execute(f'ALTER TABLE "{trigger.table}" ENABLE ALWAYS TRIGGER "{trigger.name}"')
    return absent


def drop(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    """Return the statement that takes a trigger away."""
    on = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
    return f'DROP TRIGGER IF EXISTS "{trigger.name}"{on}'


def _present(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], tuple[object, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {(table, name): (sql,) for table, name, sql in cursor.fetchall()}
        cursor.execute(
            """
            SELECT c.relname, t.tgname, t.tgtype, t.tgenabled::text, t.tgqual IS NULL, p.proname, p.prosrc,
                   ARRAY(SELECT a.attname::text FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr) ORDER BY a.attname::text COLLATE "C")
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
            """
        )
        return {(table, name): (*described, tuple(columns)) for table, name, *described, columns in cursor.fetchall()}


def _for_postgresql(tables: list[type[models.Model]] | list[type[Audited]], *, facts: bool) -> Iterator[Trigger]:
    for model in tables:
        table = model._meta.db_table
        if facts:
            yield _postgresql(table, "delete", "DELETE", REFUSE)
            yield _postgresql(table, "update", "UPDATE", ONE_BY_ONE, _guarded_columns(model))
        else:
            yield _postgresql(table, "change", "UPDATE OR DELETE", REFUSE)
        yield _postgresql(table, "truncate", "TRUNCATE", REFUSE)


def _postgresql(table: str, what: str, event: str, function: str, columns: tuple[str, ...] = ()) -> Trigger:
    name = f"{PREFIX}{what}"
    of = f" OF {', '.join(_quoted(column) for column in columns)}" if columns else ""
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return Trigger(
        table,
        name,
        f'CREATE TRIGGER "{name}" BEFORE {event}{of} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}()',
        (EVENTS[event], "A", True, function, FUNCTIONS[function], columns),
    )


def _for_sqlite(tables: list[type[models.Model]] | list[type[Audited]], *, facts: bool) -> Iterator[Trigger]:
    for model in tables:
        table = model._meta.db_table
        yield _sqlite(table, "DELETE", "", f"{table} keeps what it holds: DELETE is refused")
        if facts:
            columns = _guarded_columns(model)
            of = f" OF {', '.join(_quoted(column) for column in columns)}" if columns else ""
            yield _sqlite(
                table,
                f"UPDATE{of}",
                "WHEN NEW.revision IS NOT OLD.revision + 1 OR NEW.id IS NOT OLD.id ",
                f"{table} is changed by operations only: UPDATE is refused",
            )
        else:
            yield _sqlite(table, "UPDATE", "", f"{table} keeps what it holds: UPDATE is refused")
        # INSERT OR REPLACE deletes the old row without firing a DELETE trigger. The words begin like SQLite's own, so
        # that two people who save the same new thing at the same moment get the same answer as on PostgreSQL.
        same = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{table}" WHERE {_equal(columns)})'  # noqa: S608 - names of our own tables
            for columns in sorted(_unique_keys(model))
        )
        message = f"UNIQUE constraint failed: a row of this key is in {table} and is never replaced"
        yield _sqlite(table, "INSERT", f"WHEN {same} ", message)


def _sqlite(table: str, event: str, when: str, message: str) -> Trigger:
    name = f"{PREFIX}{table}_{event.split(maxsplit=1)[0].lower()}"
    sql = f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" {when}BEGIN SELECT RAISE(ABORT, \'{message}\'); END'
    return Trigger(table, name, sql, (sql,))


def _guarded_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that change with a revision, where some do not; empty when all do."""
    unrecorded: frozenset[str] = getattr(model, "unrecorded", frozenset())
    if not unrecorded:
        return ()
    return tuple(sorted(field.column for field in model._meta.concrete_fields if field.attname not in unrecorded))


def _unique_keys(model: type[models.Model]) -> set[tuple[str, ...]]:
    """Every set of columns that holds each combination once, expressions and conditions aside."""
    keys: set[tuple[str, ...]] = {(field.column,) for field in model._meta.concrete_fields if field.unique}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and constraint.condition is None:
            fields = [cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in constraint.fields]
            keys.add(tuple(field.column for field in fields))
    return keys


def _equal(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{_quoted(column)} = NEW.{_quoted(column)}" for column in columns)


def _quoted(column: str) -> str:
    return f'"{column}"'
