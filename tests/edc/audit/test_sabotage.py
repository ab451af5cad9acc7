"""Every way past the door that is known: refused, and by what, or found by `verify_audit`. Each row says which.

The ways are those in which Django with a history library was measured to lose or alter history in silence, those
around append-only triggers, and those of whoever owns the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F
from django.db.models.deletion import ProtectedError
from django.db.utils import DatabaseError

from edc import clock
from edc.access.models import User
from edc.audit import checkpoints
from edc.audit.guard import Audited
from edc.audit.models import Act, Checkpoint, LoginFailure, Seal
from edc.audit.verification import problems
from edc.errors import OutsideTheDoor
from tests import builders
from tests.edc.audit import deeds
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


FACT = "UPDATE trials_subject SET end_note = 'forged'"
TITLE = {"title": "forged"}

DJANGO = [
    Attempt("save() outside an operation", lambda s, p: s.trial.__class__(code="T9", title="x").save(), GUARD),
    Attempt("save(update_fields=…)", lambda s, p: deeds.changed(s).save(update_fields=["end_note"]), GUARD),
    Attempt("update_or_create()", lambda s, p: Trial.objects.update_or_create(TITLE, code=s.trial.code), GUARD),
    Attempt("QuerySet.update()", lambda s, p: Subject.objects.update(end_note="forged"), GUARD),
    Attempt("QuerySet.update() with F()", lambda s, p: Subject.objects.update(number=F("number") + 1), GUARD),
    Attempt("update() through the base manager", lambda s, p: Subject._base_manager.update(end_note="x"), GUARD),
    Attempt("bulk_create()", lambda s, p: Subject.objects.bulk_create([Subject(**deeds.copied(s, number=99))]), GUARD),
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
    Attempt("SIMPLE_HISTORY_ENABLED off and skip_history_when_saving", deeds.save_quietly, GUARD),
    Attempt("delete the account that made a change", lambda s, p: User.objects.first().delete(), GUARD),
    Attempt("change rows of an act through the ORM", lambda s, p: Act.objects.update(reason="forged"), GUARD),
    Attempt("change an act through the ORM", lambda s, p: Act.objects.first().save(), GUARD),
    Attempt("delete an act through the ORM", lambda s, p: Act.objects.first().delete(), GUARD),
    Attempt("change a history row through the ORM", lambda s, p: Subject.history.first().save(), TRIGGER),
    Attempt("change history rows by update()", lambda s, p: Subject.history.update(end_note="forged"), TRIGGER),
    Attempt("delete a history row through the ORM", lambda s, p: Subject.history.first().delete(), TRIGGER),
    Attempt("delete history rows through the ORM", lambda s, p: Subject.history.all().delete(), TRIGGER),
    Attempt(
        "update() in a data migration",
        lambda s, p: deeds.frozen("trials.Subject").objects.update(end_note="x"),
        TRIGGER,
    ),
    Attempt("delete() in a data migration", lambda s, p: deeds.frozen("visits.Entry").objects.all().delete(), TRIGGER),
    Attempt(
        "save() in a data migration",
        lambda s, p: deeds.frozen("trials.Subject")(**deeds.copied(s, number=99, label="forged")).save(),
        found="it has no history: it was added past the operations",
    ),
    Attempt("loaddata", deeds.load_fixture, found="it has no history: it was added past the operations"),
]

PLAIN_SQL = [
    Attempt("UPDATE of a fact", deeds.sql(FACT), TRIGGER),
    Attempt(
        "UPDATE of a fact with the next revision",
        deeds.sql(f"{FACT}, revision = revision + 1 WHERE id = %s", deeds.key),
        found="“end_note” was changed past the operations",
    ),
    Attempt("UPDATE of the key of a fact", deeds.sql("UPDATE trials_consent SET id = %s", deeds.key), TRIGGER),
    Attempt(
        "INSERT of a fact",
        deeds.sql(
            "INSERT INTO trials_trial (id, revision, code, title) VALUES (%s, 1, 'T9', 'forged')",
            lambda s: clock.new_id().hex if connection.vendor == SQLITE else clock.new_id(),
        ),
        found="it has no history: it was added past the operations",
    ),
    Attempt("DELETE of a fact", deeds.sql("DELETE FROM visits_entry"), TRIGGER),
    Attempt(
        "change of a fact with a forged history row in another's name",
        deeds.forge_history,
        found="history row of that act was altered, added or removed",
    ),
    Attempt("a forged act without a seal", deeds.forged_act, found="no seal holds it"),
    Attempt("COPY into a table of facts", lambda s, p: deeds.copied_in(s), found="it has no history", on=(POSTGRESQL,)),
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
        Attempt(f"UPDATE of {table}", deeds.sql(f"UPDATE {table} SET {column} = 'forged'"), TRIGGER),
        Attempt(f"DELETE from {table}", deeds.sql(f"DELETE FROM {table}"), TRIGGER),
        Attempt(f"TRUNCATE of {table}", deeds.sql(f"TRUNCATE {table} CASCADE"), TRIGGER, on=(POSTGRESQL,)),
        Attempt(f"INSERT OR REPLACE into {table}", lambda s, p, t=table: deeds.replaced(t), TRIGGER, on=(SQLITE,)),
        Attempt(
            f"INSERT OR REPLACE into {table}, recursive_triggers off",
            lambda s, p, t=table: deeds.replaced(t, recursive=False),
            TRIGGER,
            on=(SQLITE,),
        ),
        Attempt(f"upsert into {table}", lambda s, p, t=table, c=column: deeds.upserted(t, c), TRIGGER),
    )
]

AROUND_THE_TRIGGERS = [
    Attempt("TRUNCATE of facts", deeds.sql("TRUNCATE trials_subject CASCADE"), TRIGGER, on=(POSTGRESQL,)),
    Attempt(
        "INSERT OR REPLACE over a fact",
        lambda s, p: deeds.replaced("trials_subject", recursive=False),
        TRIGGER,
        on=(SQLITE,),
    ),
    Attempt(
        "INSERT OR REPLACE over a fact by another unique key",
        lambda s, p: deeds.replaced("trials_subject", recursive=False, new_key=True),
        TRIGGER,
        on=(SQLITE,),
    ),
    Attempt(
        "session_replication_role = replica, then UPDATE",
        deeds.sql("SET LOCAL session_replication_role = replica; UPDATE audit_act SET reason = 'forged'"),
        TRIGGER,
        on=(POSTGRESQL,),
    ),
    Attempt(
        "session_replication_role = replica, then DELETE of facts",
        deeds.sql("SET LOCAL session_replication_role = replica; DELETE FROM visits_entry"),
        TRIGGER,
        on=(POSTGRESQL,),
    ),
    *(
        Attempt(f"a role that is not the owner: {text}", deeds.unprivileged(text), refused, on=(POSTGRESQL,))
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
        deeds.owner(deeds.sql(FACT)),
        found="“end_note” was changed past the operations",
    ),
    Attempt(
        "the owner deletes a fact",
        deeds.owner(lambda s, p: deeds.orphan("visits_visit", s)),
        found="itself has vanished",
    ),
    Attempt(
        "the owner changes an act",
        deeds.owner(deeds.sql("UPDATE audit_act SET actor_name = 'forged'")),
        found="“actor_name”",
    ),
    Attempt(
        "the owner changes an act and its text",
        deeds.owner(deeds.sql("UPDATE audit_act SET canonical = replace(canonical, 'System', 'Sistem')")),
        found="history row of that act was altered",
    ),
    Attempt(
        "the owner changes what a history row says changed",
        deeds.owner(deeds.sql("UPDATE visits_historicalentry SET changes = '{}'")),
        found="“changes” was altered",
    ),
    Attempt(
        "the owner changes what is behind a commitment",
        deeds.owner(deeds.sql("UPDATE trials_historicalallocation SET opening = replace(opening, 'CTL', 'CEL')")),
        found="its opening does not open its commitment",
    ),
    Attempt(
        "the owner removes a link from the middle of a chain",
        deeds.owner(lambda s, p: deeds.without_a_link(s)),
        found="is missing before it",
    ),
    Attempt(
        "the owner changes the text of a protocol",
        deeds.owner(
            deeds.sql("UPDATE trials_protocolversion SET canonical = replace(canonical, 'Albumin', 'Albumen')")
        ),
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
