"""A fact, its history and its seal are one: through the door or not at all."""

import pytest

from edc.access.actor import Actor, system_actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import canonical
from edc.audit.models import Act, ChainHead, Seal
from edc.errors import Conflict, NotAllowed, NotVisible, OutsideTheDoor, Refused
from trials.models import Trial

pytestmark = pytest.mark.django_db


@operation(Permission.PROTOCOL_LOAD, "Trial set up for a test", on=None)
def set_up(*, by: Actor, reason: str, code: str) -> Trial:
    trial = Trial(code=code, title="A synthetic trial")
    trial.save()
    return trial


@operation(Permission.PROTOCOL_LOAD, "Trial renamed for a test", on="trial")
def rename(*, by: Actor, reason: str, trial: Trial, title: str) -> Trial:
    trial.title = title
    trial.save()
    if title == "refused":
        raise Refused("No.", attempted={"title": title})
    return trial


@operation(Permission.PROTOCOL_LOAD, "Trial refused for a test", on="trial")
def refuse(*, by: Actor, reason: str, trial: Trial, typed: str) -> None:
    raise Refused("No.", attempted={"\0": [typed]})


@pytest.fixture
def system() -> Actor:
    return system_actor("test")


def test_a_save_leaves_one_act_one_history_row_and_one_seal_in_the_trials_chain(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    act = Act.objects.get()
    row = Trial.history.get()
    seal = Seal.objects.get()
    assert (act.operation, act.actor_name, row.act_id) == (
        "tests.edc.audit.test_recording.set_up",
        "System: test",
        act.id,
    )
    assert row.changes == {"code": [None, "T1"], "title": [None, "A synthetic trial"]}
    assert (seal.chain, seal.number, seal.previous) == (f"trial:{trial.pk}", 1, "")
    text = canonical.seal_text(
        chain=seal.chain,
        number=1,
        previous="",
        act=canonical.digest("act", act.canonical),
        rows=[canonical.digest("row", row.canonical)],
    )
    assert seal.hash == canonical.digest("seal", text)
    assert ChainHead.objects.get().hash == seal.hash


def test_a_change_says_what_changed_and_a_save_without_change_leaves_nothing(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    rename(by=system, trial=trial, title="Another title", reason="typing slip")
    rename(by=system, trial=trial, title="Another title")
    assert Act.objects.count() == 2
    assert Trial.history.latest().changes == {"title": ["A synthetic trial", "Another title"]}
    assert Act.objects.order_by("id").last().reason == "typing slip"


def test_a_refusal_rolls_back_the_fact_and_keeps_what_was_tried(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    with pytest.raises(Refused):
        rename(by=system, trial=trial, title="refused")
    trial.refresh_from_db()
    assert trial.title == "A synthetic trial"
    refusal = Act.objects.get(outcome="refused")
    assert refusal.detail["attempted"] == {"title": "refused"}
    assert Seal.objects.filter(act=refusal).exists()


def test_nothing_is_written_outside_the_door(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    trial.title = "Another title"
    attempts = [
        trial.save,
        trial.delete,
        lambda: Trial(code="T2", title="x").save(),
        lambda: Trial.objects.create(code="T2", title="x"),
        lambda: Trial.objects.bulk_create([Trial(code="T2", title="x")]),
        lambda: Trial.objects.bulk_update([trial], ["title"]),
        lambda: Trial.objects.update(title="x"),
        lambda: Trial.objects.all().delete(),
        lambda: Trial._base_manager.update(title="x"),
        lambda: Trial._base_manager.all()._raw_delete("default"),
        lambda: Act.objects.update(reason="x"),
        lambda: Act.objects.all().delete(),
        lambda: Act.objects.get().save(),
    ]
    for attempt in attempts:
        with pytest.raises(OutsideTheDoor):
            attempt()
    assert Trial.objects.get().title == "A synthetic trial"


def test_a_stale_save_is_a_conflict_and_loses_nothing(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    mine, theirs = Trial.objects.get(), Trial.objects.get()
    rename(by=system, trial=theirs, title="Theirs")
    with pytest.raises(Conflict):
        rename(by=system, trial=mine, title="Mine")
    trial.refresh_from_db()
    assert trial.title == "Theirs"


def test_who_may_not_see_a_trial_is_told_that_it_does_not_exist(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    stranger = Actor(key="1", username="stranger", name="Stranger")
    with pytest.raises(NotVisible):
        rename(by=stranger, trial=trial, title="x")
    with pytest.raises(NotAllowed):
        rename(by=system_actor("reader", permissions=[Permission.TRIAL_VIEW]), trial=trial, title="x")
    assert Act.objects.filter(outcome="refused").count() == 2


def test_characters_that_no_database_holds_neither_stop_an_act_nor_its_refusal(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    rename(by=system, trial=trial, title="Another", reason="because\0of \ud800 this\r\nand that")
    assert Act.objects.order_by("id").last().reason == "because\ufffdof \ufffd this\nand that"
    with pytest.raises(Refused):
        refuse(by=system, trial=trial, typed="\0\ud800")
    assert Act.objects.get(outcome="refused").detail["attempted"] == {"\ufffd": ["\ufffd\ufffd"]}


def test_a_reason_without_end_is_refused(system: Actor) -> None:
    trial = set_up(by=system, code="T1")
    with pytest.raises(Refused):
        rename(by=system, trial=trial, title="Another", reason="x" * 2001)
