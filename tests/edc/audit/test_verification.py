"""A whole trail is called whole, and whatever is altered in it is named."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from edc import clock
from edc.access.actor import Actor, system_actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import checkpoints, recording, triggers
from edc.audit.models import Act, LoginFailure
from edc.audit.verification import problems
from edc.errors import Refused
from trials.models import Trial

pytestmark = pytest.mark.django_db


@operation(Permission.PROTOCOL_LOAD, "Trial set up for a test", on=None)
def set_up(*, by: Actor, reason: str, code: str) -> Trial:
    trial = Trial(code=code, title="A synthetic trial")
    trial.save()
    recording.required(Trial).note(scope=trial.scope())
    return trial


@operation(Permission.PROTOCOL_LOAD, "Trial renamed for a test", on="trial")
def rename(*, by: Actor, reason: str, trial: Trial, title: str) -> Trial:
    trial.title = title
    trial.save()
    return trial


@operation(
    Permission.PROTOCOL_LOAD, "Something that tells an arm, for a test", on="trial", blinding="unblinding", always=True
)
def whisper(*, by: Actor, reason: str, trial: Trial) -> None:
    recording.required(Trial).note(arm="ZEBRA")


@pytest.fixture
def trial() -> Trial:
    """Two trials with some history, a refusal, a sealed act."""
    system = system_actor("test")
    trial = set_up(by=system, code="T1")
    rename(by=system, trial=trial, title="Another title", reason="typing slip")
    rename(by=system, trial=set_up(by=system, code="T2"), title="Title of the second")
    whisper(by=system, trial=trial, reason="because of ZEBRA")
    return trial


@contextmanager
def unprotected() -> Iterator[Callable[..., None]]:
    """Do what the owner of the database can do: take the triggers away, write, put them back."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for trigger in triggers.expected(connection):
            cursor.execute(triggers.drop(connection, trigger))
        yield lambda sql, *values: cursor.execute(sql, values)
    connection.check_constraints()
    triggers.establish(connection)


def found(checkpoint: str = "") -> list[str]:
    return [str(problem) for problem in problems(checkpoint=checkpoint)]


def test_a_trail_made_by_operations_is_whole(trial: Trial) -> None:
    checkpoints.make()
    assert found() == []
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "The trail is whole" in out.getvalue()


ALTERATIONS = {
    "an act's reason": ("UPDATE audit_act SET reason = 'x' WHERE reason = 'typing slip'", "“reason” was altered"),
    "an act's person": ("UPDATE audit_act SET actor_name = 'Somebody else'", "“actor_name” was altered"),
    "an act's text": (
        "UPDATE audit_act SET canonical = replace(canonical, 'slip', 'sleep')",
        "history row of that act",
    ),
    "an act removed with its seal": (
        "DELETE FROM audit_seal WHERE number = 2",
        "number 2 is missing before it",
    ),
    "a history row's changes": (
        'UPDATE trials_historicaltrial SET changes = \'{"title": [null, "x"]}\' WHERE revision = 2',
        "“changes” was altered",
    ),
    "a history row's snapshot": (
        "UPDATE trials_historicaltrial SET title = 'x' WHERE revision = 1",
        "its title is not what its changes give",
    ),
    "a history row's person": ("UPDATE trials_historicaltrial SET history_user_id = 'x'", "not that of its act"),
    "a history row removed": ("DELETE FROM trials_historicaltrial WHERE revision = 1", "revision 1 is missing"),
    "a history row moved to another chain": ("UPDATE trials_historicaltrial SET chain = 'system'", "no seal holds it"),
    "a seal's hash": (
        "UPDATE audit_seal SET hash = replace(hash, substr(hash, 1, 1), 'z')",
        "altered, added or removed",
    ),
    "a chain's head": ("UPDATE audit_chainhead SET number = number + 1", "the last link found"),
    "the opening of a sealed act": (
        "UPDATE audit_act SET opening = replace(opening, 'ZEBRA', 'HORSE')",
        "does not open its commitment",
    ),
    "a sealed act's reason in the open": (
        "UPDATE audit_act SET reason = 'ZEBRA' WHERE blinding = 'unblinding'",
        "stands open though the act is sealed",
    ),
    "a live row": ("UPDATE trials_trial SET title = 'x'", "“title” was changed past the operations"),
    "a live row with its revision": ("UPDATE trials_trial SET revision = revision + 1", "its history ends with"),
    "a live row removed": ("DELETE FROM trials_trial WHERE code = 'T1'", "the row itself has vanished"),
}


@pytest.mark.parametrize(("sql", "expected"), ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_an_alteration_by_the_owner_of_the_database_is_named(trial: Trial, sql: str, expected: str) -> None:
    with unprotected() as execute:
        execute(sql.replace("%", "%%"))
    assert expected in "\n".join(found())


def test_the_command_names_the_first_and_ends_with_an_error(trial: Trial) -> None:
    with unprotected() as execute:
        execute("UPDATE trials_trial SET title = 'x'")
    out = StringIO()
    with pytest.raises(CommandError, match=r"1 problem found\. The first: trials\.trial .* There are more"):
        call_command("verify_audit", limit=1, stdout=out)
    assert out.getvalue().count("\n") == 1


def test_a_trail_cut_off_at_its_end_is_found_only_against_a_checkpoint_kept_elsewhere(
    trial: Trial, tmp_path: Path
) -> None:
    kept = tmp_path / "kept" / "1.json"
    checkpoint = checkpoints.make()
    checkpoints.write_file(checkpoint, kept)
    last = Act.objects.order_by("-id").first()
    assert last is not None
    chain = last.seals.get()
    with unprotected() as execute:
        execute("DELETE FROM audit_seal WHERE chain = %s AND number = %s", chain.chain, chain.number)
        execute("DELETE FROM audit_act WHERE id = %s", last.id.hex if connection.vendor == "sqlite" else last.id)
        execute(
            "UPDATE audit_chainhead SET number = %s, hash = %s WHERE chain = %s",
            chain.number - 1,
            chain.previous,
            chain.chain,
        )
        execute("DELETE FROM audit_checkpoint")
    assert found() == []
    said = found(kept.read_text())
    assert any("does not have this checkpoint" in each for each in said)
    assert any(f"no longer has link {chain.number}" in each for each in said)


def test_a_checkpoint_file_that_was_altered_proves_nothing(trial: Trial) -> None:
    kept = json.loads(checkpoints.as_file(checkpoints.make()))
    assert found(json.dumps(kept | {"text": kept["text"].replace('"number":1', '"number":2')})) == [
        "checkpoint file : it was altered, or is of another installation"
    ]
    assert found("no file at all") == ["checkpoint file : it cannot be read"]


def test_failed_log_ins_are_sealed_by_the_next_checkpoint(frozen_clock: clock.Fixed) -> None:
    for name in ("ada", "grace", "ada"):
        LoginFailure(at=clock.now(), username=name).save()
    frozen_clock.advance(2 * checkpoints.SETTLED)
    assert json.loads(checkpoints.make().text)["login_failures"]["count"] == 3
    frozen_clock.advance(checkpoints.SETTLED)
    assert json.loads(checkpoints.make().text)["login_failures"]["count"] == 0
    assert found() == []
    with unprotected() as execute:
        execute("DELETE FROM audit_loginfailure WHERE username = 'grace'")
    assert "the failed log-ins that it covers were altered" in "\n".join(found())


def test_a_refused_attempt_is_part_of_the_chain(trial: Trial) -> None:
    @operation(Permission.PROTOCOL_LOAD, "Refused for a test", on="trial")
    def refused(*, by: Actor, reason: str, trial: Trial) -> None:
        raise Refused("No.", attempted={"weight": "7O"})

    with pytest.raises(Refused):
        refused(by=system_actor("test"), trial=trial)
    assert found() == []
