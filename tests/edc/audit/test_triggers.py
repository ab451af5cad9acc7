"""The database itself refuses to forget, and the server refuses to serve a database that does not."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models, transaction
from django.db.utils import IntegrityError

from edc import clock
from edc.audit import triggers
from edc.audit.checks import refuse_to_serve_without_triggers
from edc.audit.models import Act, Checkpoint, LoginFailure
from edc.audit.verification import problems

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unprotected(transactional_db: None) -> Iterator[triggers.Trigger]:
    """A database that lacks one trigger."""
    gone = triggers.expected(connection)[0]
    with connection.cursor() as cursor:
        cursor.execute(triggers.drop(connection, gone))
    yield gone
    triggers.establish(connection)


@committing
@pytest.mark.parametrize("turn", [1, 2])
def test_committing_tests_are_cleaned_up_and_find_every_trigger_in_place(turn: int) -> None:
    assert not LoginFailure.objects.exists()
    assert triggers.missing(connection) == []
    LoginFailure(at=clock.now(), username="somebody").save()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_loginfailure")
    assert LoginFailure.objects.count() == 1


@committing
def test_every_table_that_is_kept_has_its_triggers() -> None:
    guarded = {trigger.table for trigger in triggers.expected(connection)}
    kept = {model._meta.db_table for model in [*triggers.append_only_models(), *triggers.audited_models()]}
    assert guarded == kept
    assert {"audit_act", "visits_entry", "visits_historicalentry", "access_historicaluser"} <= kept


@committing
def test_triggers_lost_by_a_migration_are_back_after_it() -> None:
    field = models.CharField(max_length=200)
    field.set_attributes_from_name("signature")
    field.model = Checkpoint
    with connection.schema_editor() as editor:
        editor.alter_field(Checkpoint, Checkpoint._meta.get_field("signature"), field)
    lost = {trigger.table for trigger in triggers.missing(connection)}
    # SQLite has no way to change a column but to make the table anew.
    assert lost == ({"audit_checkpoint"} if connection.vendor == "sqlite" else set())
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    with connection.schema_editor() as editor:
        editor.alter_field(Checkpoint, field, Checkpoint._meta.get_field("signature"))
    triggers.establish(connection)


def test_the_server_starts_on_a_protected_database(transactional_db: None) -> None:
    refuse_to_serve_without_triggers()
    call_command("check", databases=["default"], tags=["database"], stdout=StringIO())


def test_neither_check_nor_server_pass_over_a_missing_trigger(unprotected: triggers.Trigger) -> None:
    with pytest.raises(SystemExit, match=r"The server did not start\. The audit tables are not protected") as refusal:
        refuse_to_serve_without_triggers()
    assert str(unprotected) in str(refusal.value)
    assert refusal.value.code == 3  # at which gunicorn gives up, instead of starting workers for ever
    with pytest.raises(SystemCheckError, match=r"edc\.E020"):
        call_command("check", databases=["default"], tags=["database"])


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_act DISABLE TRIGGER edc_keep_change",
        "ALTER TABLE audit_act ENABLE TRIGGER edc_keep_change",
        "CREATE OR REPLACE FUNCTION edc_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    ],
)
def test_a_trigger_that_is_there_and_does_nothing_counts_as_missing(transactional_db: None, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert triggers.missing(connection)
    triggers.establish(connection)
    assert triggers.missing(connection) == []


def test_triggers_put_back_by_hand_are_on_record(unprotected: triggers.Trigger) -> None:
    out = StringIO()
    call_command("audit_triggers", stdout=out)
    assert f"Put back: {unprotected}" in out.getvalue()
    assert Act.objects.get().detail == {"triggers": [str(unprotected)]}
    assert list(problems()) == []
    call_command("audit_triggers", stdout=out)
    assert Act.objects.count() == 1


@pytest.mark.django_db
def test_a_checkpoint_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The checkpoint file cannot be read"):
        call_command("verify_audit", checkpoint=tmp_path / "nowhere.json")
