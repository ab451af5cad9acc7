"""Every way past the door that is known: refused, and by what, or found by `verify_audit`. Each row says which.

The ways are those in which Django with a history library was measured to lose or alter history in silence, those
around append-only triggers, and those of whoever owns the database.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, Model
from django.db.models.deletion import ProtectedError
from django.db.utils import DatabaseError
from django.test import override_settings

from edc import clock
from edc.access.models import User
from edc.audit import checkpoints, triggers
from edc.audit.guard import Audited
from edc.audit.models import Act, Checkpoint, LoginFailure, Seal
from edc.audit.verification import problems
from edc.errors import OutsideTheDoor
from tests import builders
from trials.models import Allocation, ProtocolVersion, Site, Subject, Trial
from visits.models import Entry, Visit

SQLITE, POSTGRESQL = "sqlite", "postgresql"
GUARD, TRIGGER = "the guard of the models", "a trigger of the database"


@dataclass(frozen=True)
class Attempt:
    """One way past the door, what stops or finds it, and on which databases it can be tried."""

    way: str
    act: Callable[[Any, Path], object]
    refused_by: str = ""
    found: str = ""
    on: tuple[str, ...] = (SQLITE, POSTGRESQL)

    @property
    def outcome(self) -> str:
        return f"refused by {self.refused_by}" if self.refused_by else "found by verify_audit"


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
            if connection.vendor == POSTGRESQL:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return None

    return run


def key(subject: Any) -> object:
    return subject.pk.hex if connection.vendor == SQLITE else subject.pk


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


FACT = "UPDATE trials_subject SET end_note = 'forged'"
TITLE = {"title": "forged"}

DJANGO = [
    Attempt("save() outside an operation", lambda s, p: s.trial.__class__(code="T9", title="x").save(), GUARD),
    Attempt("save(update_fields=…)", lambda s, p: _changed(s).save(update_fields=["end_note"]), GUARD),
    Attempt("update_or_create()", lambda s, p: Trial.objects.update_or_create(TITLE, code=s.trial.code), GUARD),
    Attempt("QuerySet.update()", lambda s, p: Subject.objects.update(end_note="forged"), GUARD),
    Attempt("QuerySet.update() with F()", lambda s, p: Subject.objects.update(number=F("number") + 1), GUARD),
    Attempt("update() through the base manager", lambda s, p: Subject._base_manager.update(end_note="x"), GUARD),
    Attempt("bulk_create()", lambda s, p: Subject.objects.bulk_create([Subject(**copied(s, number=99))]), GUARD),
    Attempt(
        "bulk_create(update_conflicts=True)",
        lambda s, p: Subject.objects.bulk_create(
            [s], update_conflicts=True, update_fields=["end_note"], unique_fields=["id"]
        ),
        GUARD,
    ),
    Attempt("bulk_update()", lambda s, p: Subject.objects.bulk_update([s], ["end_note"]), GUARD),
    Attempt("delete()", lambda s, p: s.delete(), GUARD),
    Attempt("QuerySet.delete()", lambda s, p: Subject.objects.all().delete(), GUARD),
    Attempt("_raw_delete()", lambda s, p: Subject.objects.all()._raw_delete("default"), GUARD),
    Attempt("SIMPLE_HISTORY_ENABLED off and skip_history_when_saving", save_quietly, GUARD),
    Attempt("delete the account that made a change", lambda s, p: User.objects.first().delete(), GUARD),
    Attempt("change rows of an act through the ORM", lambda s, p: Act.objects.update(reason="forged"), GUARD),
    Attempt("change an act through the ORM", lambda s, p: Act.objects.first().save(), GUARD),
    Attempt("delete an act through the ORM", lambda s, p: Act.objects.first().delete(), GUARD),
    Attempt("change a history row through the ORM", lambda s, p: Subject.history.first().save(), TRIGGER),
    Attempt("change history rows by update()", lambda s, p: Subject.history.update(end_note="forged"), TRIGGER),
    Attempt("delete a history row through the ORM", lambda s, p: Subject.history.first().delete(), TRIGGER),
    Attempt("delete history rows through the ORM", lambda s, p: Subject.history.all().delete(), TRIGGER),
    Attempt(
        "update() in a data migration", lambda s, p: frozen("trials.Subject").objects.update(end_note="x"), TRIGGER
    ),
    Attempt("delete() in a data migration", lambda s, p: frozen("visits.Entry").objects.all().delete(), TRIGGER),
    Attempt(
        "save() in a data migration",
        lambda s, p: frozen("trials.Subject")(**copied(s, number=99, label="forged")).save(),
        found="it has no history: it was added past the operations",
    ),
    Attempt("loaddata", load_fixture, found="it has no history: it was added past the operations"),
]

PLAIN_SQL = [
    Attempt("UPDATE of a fact", sql(FACT), TRIGGER),
    Attempt(
        "UPDATE of a fact with the next revision",
        sql(f"{FACT}, revision = revision + 1 WHERE id = %s", key),
        found="“end_note” was changed past the operations",
    ),
    Attempt("UPDATE of the key of a fact", sql("UPDATE trials_consent SET id = %s", key), TRIGGER),
    Attempt(
        "INSERT of a fact",
        sql(
            "INSERT INTO trials_trial (id, revision, code, title) VALUES (%s, 1, 'T9', 'forged')",
            lambda s: clock.new_id().hex if connection.vendor == SQLITE else clock.new_id(),
        ),
        found="it has no history: it was added past the operations",
    ),
    Attempt("DELETE of a fact", sql("DELETE FROM visits_entry"), TRIGGER),
    Attempt(
        "change of a fact with a forged history row in another's name",
        forge_history,
        found="history row of that act was altered, added or removed",
    ),
    Attempt("a forged act without a seal", forged_act, found="no seal holds it"),
    Attempt("COPY into a table of facts", lambda s, p: _copy(s), found="it has no history", on=(POSTGRESQL,)),
]

APPEND_ONLY = [
    attempt
    for table, column in (
        ("audit_act", "reason"),
        ("audit_seal", "previous"),
        ("audit_checkpoint", "text"),
        ("audit_loginfailure", "username"),
        ("trials_historicalsubject", "end_note"),
        ("visits_historicalentry", "canonical"),
        ("trials_historicalallocation", "opening"),
        ("trials_protocolversion", "canonical"),
    )
    for attempt in (
        Attempt(f"UPDATE of {table}", sql(f"UPDATE {table} SET {column} = 'forged'"), TRIGGER),
        Attempt(f"DELETE from {table}", sql(f"DELETE FROM {table}"), TRIGGER),
        Attempt(f"TRUNCATE of {table}", sql(f"TRUNCATE {table} CASCADE"), TRIGGER, on=(POSTGRESQL,)),
        Attempt(f"INSERT OR REPLACE into {table}", lambda s, p, t=table: _replaced(t), TRIGGER, on=(SQLITE,)),
        Attempt(
            f"INSERT OR REPLACE into {table}, recursive_triggers off",
            lambda s, p, t=table: _replaced(t, recursive=False),
            TRIGGER,
            on=(SQLITE,),
        ),
        Attempt(f"upsert into {table}", lambda s, p, t=table, c=column: _upserted(t, c), TRIGGER),
    )
]

AROUND_THE_TRIGGERS = [
    Attempt("TRUNCATE of facts", sql("TRUNCATE trials_subject CASCADE"), TRIGGER, on=(POSTGRESQL,)),
    Attempt(
        "INSERT OR REPLACE over a fact",
        lambda s, p: _replaced("trials_subject", recursive=False),
        TRIGGER,
        on=(SQLITE,),
    ),
    Attempt(
        "INSERT OR REPLACE over a fact by another unique key",
        lambda s, p: _replaced("trials_subject", recursive=False, new_key=True),
        TRIGGER,
        on=(SQLITE,),
    ),
    Attempt(
        "session_replication_role = replica, then UPDATE",
        sql("SET LOCAL session_replication_role = replica; UPDATE audit_act SET reason = 'forged'"),
        TRIGGER,
        on=(POSTGRESQL,),
    ),
    Attempt(
        "session_replication_role = replica, then DELETE of facts",
        sql("SET LOCAL session_replication_role = replica; DELETE FROM visits_entry"),
        TRIGGER,
        on=(POSTGRESQL,),
    ),
    *(
        Attempt(f"a role that is not the owner: {text}", unprivileged(text), refused, on=(POSTGRESQL,))
        for text, refused in (
            ("UPDATE audit_act SET reason = 'forged'", TRIGGER),
            ("TRUNCATE audit_act CASCADE", TRIGGER),
            ("ALTER TABLE audit_act DISABLE TRIGGER ALL", "the rights of the database"),
            ("DROP TRIGGER edc_keep_change ON audit_act", "the rights of the database"),
            ("SET session_replication_role = replica", "the rights of the database"),
        )
    ),
    Attempt(
        "the owner switches triggers off, changes a fact, switches them on",
        owner(sql(FACT)),
        found="“end_note” was changed past the operations",
    ),
    Attempt("the owner deletes a fact", owner(lambda s, p: _orphan("visits_visit", s)), found="itself has vanished"),
    Attempt("the owner changes an act", owner(sql("UPDATE audit_act SET actor_name = 'forged'")), found="“actor_name”"),
    Attempt(
        "the owner changes an act and its text",
        owner(sql("UPDATE audit_act SET canonical = replace(canonical, 'System', 'Sistem')")),
        found="history row of that act was altered",
    ),
    Attempt(
        "the owner changes what a history row says changed",
        owner(sql("UPDATE visits_historicalentry SET changes = '{}'")),
        found="“changes” was altered",
    ),
    Attempt(
        "the owner changes what is behind a commitment",
        owner(sql("UPDATE trials_historicalallocation SET opening = replace(opening, 'CTL', 'CEL')")),
        found="its opening does not open its commitment",
    ),
    Attempt(
        "the owner removes a link from the middle of a chain",
        owner(lambda s, p: _without_a_link(s)),
        found="is missing before it",
    ),
    Attempt(
        "the owner changes the text of a protocol",
        owner(sql("UPDATE trials_protocolversion SET canonical = replace(canonical, 'Albumin', 'Albumen')")),
        found="its text was altered",
    ),
]
ATTEMPTS = [*DJANGO, *PLAIN_SQL, *APPEND_ONLY, *AROUND_THE_TRIGGERS]
HERE = [attempt for attempt in ATTEMPTS if connection.vendor in attempt.on]


@pytest.fixture
def subject(db: None) -> Subject:
    """A participant on study, with an arm, a checkpoint and a failed log-in beside it."""
    subject = builders.enrolled_subject(builders.demo_trial(), "AA")
    builders.person(None, username="somebody")
    LoginFailure(at=clock.now(), username="nobody").save()
    checkpoints.make()
    # As after a commit: PostgreSQL would refuse TRUNCATE and DDL for the sake of what is pending, not of the trail.
    connection.check_constraints()
    return Subject.objects.select_related("trial").get(pk=subject.pk)


@pytest.mark.parametrize("attempt", HERE, ids=[f"{attempt.way}: {attempt.outcome}" for attempt in HERE])
def test_no_way_past_the_door_goes_unnoticed(attempt: Attempt, subject: Subject, tmp_path: Path) -> None:
    path = tmp_path / "fixture.json"
    if attempt.refused_by:
        before = everything()
        expected = (OutsideTheDoor, ProtectedError) if attempt.refused_by == GUARD else DatabaseError
        with pytest.raises(expected) as refusal, transaction.atomic():
            attempt.act(subject, path)
        if attempt.refused_by == TRIGGER:
            assert "is refused" in str(refusal.value) or "is never replaced" in str(refusal.value)
        assert everything() == before
        assert list(problems()) == []
    else:
        attempt.act(subject, path)
        assert attempt.found in "\n".join(str(problem) for problem in problems())


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table that is kept, as they are."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in (
            Act,
            Seal,
            Checkpoint,
            LoginFailure,
            ProtocolVersion,
            Trial,
            Site,
            Subject,
            Visit,
            Entry,
            Allocation,
        )
    } | {"history": list(Subject.history.order_by("pk").values_list())}


def test_no_fact_can_be_changed_behind_its_back_by_a_relation() -> None:
    """No implicit many-to-many tables, no SET_NULL, no cascade on facts: none of them would leave history."""
    for model in apps.get_models():
        if issubclass(model, Audited):
            assert model._meta.local_many_to_many == []
            actions = {field.remote_field.on_delete.__name__ for field in model._meta.fields if field.is_relation}
            assert actions <= {"PROTECT"}, model


def _changed(subject: Any) -> Any:
    subject.end_note = "forged"
    return subject


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _replaced(table: str, *, recursive: bool = True, new_key: bool = False) -> None:
    """Write the first row of a table over itself."""
    columns = _columns(table)
    new = f"'{clock.new_id().hex}'"
    values = ", ".join(new if new_key and column == "id" else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={'ON' if recursive else 'OFF'}")
        try:
            cursor.execute(f'INSERT OR REPLACE INTO "{table}" ({names}) SELECT {values} FROM "{table}" LIMIT 1')
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


def _upserted(table: str, column: str) -> None:
    columns = _columns(table)
    key_column = "history_id" if "historical" in table else "id"
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{table}" WHERE true LIMIT 1 '
            f"ON CONFLICT ({key_column}) DO UPDATE SET {column} = 'forged'"
        )


def _copy(subject: Any) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY trials_trial (id, revision, code, title) FROM STDIN") as copy:
        copy.write_row((str(clock.new_id()), 1, "T9", "forged"))


def _orphan(table: str, subject: Any) -> None:
    """Delete a row that nothing points at."""
    visit = Visit.objects.filter(subject=subject, entries__isnull=True).last()
    assert visit is not None
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key(visit)])


def _without_a_link(subject: Any) -> None:
    seal = Seal.objects.get(chain=f"subject:{subject.pk}", number=2)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE id = %s", [key(seal)])
