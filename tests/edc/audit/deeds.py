"""The deeds of the sabotage table: what somebody can try against the trail, in the ORM and in SQL."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.test import override_settings

from edc import clock
from edc.audit import triggers
from edc.audit.guard import Audited
from edc.audit.models import Act, Seal
from trials.models import Subject
from visits.models import Visit


def sql(text: str, *values: object) -> Callable[[Any, Path], object]:
    """Plain SQL through the connection of the application."""

    def run(subject: Any, path: Path) -> object:
        with connection.cursor() as cursor:
            cursor.execute(text, [value(subject) if callable(value) else value for value in values] or None)
        return None

    return run


@contextmanager
def as_owner() -> Iterator[None]:
    """What the owner of a database can always do: triggers away, the deed, triggers back."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for trigger in triggers.expected(connection):
            cursor.execute(triggers.drop(connection, trigger))
    yield
    triggers.establish(connection)
    assert triggers.missing(connection) == []


def owner(attempt: Callable[[Any, Path], object]) -> Callable[[Any, Path], object]:
    def run(subject: Any, path: Path) -> object:
        with as_owner():
            attempt(subject, path)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return None

    return run


def key(subject: Any) -> object:
    return subject.pk.hex if connection.vendor == "sqlite" else subject.pk


def frozen(model: str) -> type[Model]:
    """A model as a data migration sees it: without the guard."""
    state = MigrationExecutor(connection).loader.project_state()
    found: type[Model] = state.apps.get_model(*model.split("."))
    return found


def copied(row: Audited, **changes: object) -> dict[str, Any]:
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return columns | {"id": clock.new_id(), "revision": 1} | changes


def load_fixture(subject: Any, path: Path) -> None:
    fields = {"trial": str(subject.trial_id), "code": "ZZ", "name": "Forged", "country": "GB", "time_zone": "UTC"}
    fields |= {"protocol_version": str(subject.protocol_version_id), "protocol_since": "2026-01-01", "revision": "1"}
    path.write_text(json.dumps([{"model": "trials.site", "pk": str(clock.new_id()), "fields": fields}]))
    call_command("loaddata", str(path), verbosity=0)


def save_quietly(subject: Any, path: Path) -> None:
    with override_settings(SIMPLE_HISTORY_ENABLED=False):
        subject.skip_history_when_saving = True
        subject.end_note = "forged"
        subject.save()


def unprivileged(text: str) -> Callable[[Any, Path], object]:
    """What a role that does not own the tables can do, given every right to read and write rows."""

    def run(subject: Any, path: Path) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE edc_sabotage NOLOGIN")
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO edc_sabotage")
            cursor.execute("SET LOCAL ROLE edc_sabotage")
            cursor.execute(text)

    return run


def forge_history(subject: Any, path: Path) -> None:
    """A change with a history row of its own, in another's name, under an act that exists."""
    row = Subject.history.filter(id=subject.pk).order_by("-revision").first()
    row.pk, row.revision, row.end_note, row.history_user_id = clock.new_id(), row.revision + 1, "forged", "somebody"
    row.history_type = "~"
    row._state.adding = True
    row.save(force_insert=True)
    sql("UPDATE trials_subject SET end_note = 'forged', revision = revision + 1 WHERE id = %s", key)(subject, path)


def forged_act(subject: Any, path: Path) -> None:
    act = Act.objects.order_by("-id").first()
    assert act is not None
    act.pk, act.reason = clock.new_id(), "forged"
    act._state.adding = True
    act.save()


def changed(subject: Any) -> Any:
    subject.end_note = "forged"
    return subject


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def replaced(table: str, *, recursive: bool = True, new_key: bool = False) -> None:
    """Write the first row of a table over itself."""
    those = columns(table)
    new = f"'{clock.new_id().hex}'"
    values = ", ".join(new if new_key and column == "id" else f'"{column}"' for column in those)
    names = ", ".join(f'"{column}"' for column in those)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={'ON' if recursive else 'OFF'}")
        try:
            cursor.execute(f'INSERT OR REPLACE INTO "{table}" ({names}) SELECT {values} FROM "{table}" LIMIT 1')
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


def upserted(table: str, column: str) -> None:
    those = columns(table)
    key_column = "history_id" if "historical" in table else "id"
    names = ", ".join(f'"{name}"' for name in those)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{table}" WHERE true LIMIT 1 '
            f"ON CONFLICT ({key_column}) DO UPDATE SET {column} = 'forged'"
        )


def copied_in(subject: Any) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY trials_trial (id, revision, code, title) FROM STDIN") as copy:
        copy.write_row((str(clock.new_id()), 1, "T9", "forged"))


def orphan(table: str, subject: Any) -> None:
    """Delete a row that nothing points at."""
    visit = Visit.objects.filter(subject=subject, entries__isnull=True).last()
    assert visit is not None
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key(visit)])


def without_a_link(subject: Any) -> None:
    seal = Seal.objects.get(chain=f"subject:{subject.pk}", number=2)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE id = %s", [key(seal)])
