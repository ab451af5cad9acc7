"""A rehearsal of the synthetic trial: repeatable, through the operations alone, and all of it on record."""

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client

from edc.access.roles import Role
from edc.audit.models import Act
from edc.audit.verification import problems
from edc.errors import Refused
from edc.rehearsal.people import PASSWORD
from edc.rehearsal.run import Rehearsal, rehearse
from tests import builders
from trials.models import Subject
from trials.protocol import load_file
from visits.models import Entry, Query, Visit

UNTIL = datetime.date(2026, 3, 2)


def rehearsed(*, subjects: int, seed: int) -> Rehearsal:
    source = builders.DEMO.read_text(encoding="utf-8")
    return rehearse(load_file(builders.DEMO), source, subjects=subjects, seed=seed, until=UNTIL)


@contextmanager
def undone() -> Iterator[None]:
    """Take back all that the block writes."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def texts() -> list[dict[str, object]]:
    """The acts as they are sealed, without the salt, which no seed may foretell."""
    acts = Act.objects.order_by("id").values_list("canonical", flat=True)
    return [{name: part for name, part in json.loads(text).items() if name != "salt"} for text in acts]


def test_the_same_seed_gives_the_same_acts_and_another_seed_others(db: None) -> None:
    with undone():
        rehearsed(subjects=3, seed=1)
        first = texts()
    with undone():
        rehearsed(subjects=3, seed=1)
        again = texts()
    with undone():
        rehearsed(subjects=3, seed=2)
        other = texts()
    assert len(first) > 50
    assert again == first
    assert other != first


def test_a_rehearsal_reaches_the_states_of_a_participation_and_its_trail_is_whole(db: None) -> None:
    made = rehearsed(subjects=6, seed=4)
    assert Subject.objects.filter(trial=made.trial).count() == 6
    assert {"completed", "on_study"} <= set(Subject.objects.values_list("status", flat=True))
    assert Visit.objects.filter(status=Visit.Status.DONE).exists()
    assert Entry.objects.filter(revision__gt=1).exists(), "nothing was ever corrected"
    assert {"check", "person"} & set(Query.objects.values_list("opened_by", flat=True))
    assert list(problems()) == []
    assert Act.objects.latest("at").at.date() < UNTIL
    assert made.report.refused == 0, made.report.lines
    # Acts come in the order of time, as those of a real trial do.
    moments = list(Act.objects.order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)


def test_every_change_of_a_saved_answer_has_a_reason(db: None) -> None:
    rehearsed(subjects=4, seed=1)
    changed = Act.objects.filter(operation="visits.save_entry", reason__gt="")
    assert changed.exists()
    assert not Act.objects.filter(outcome="refused", detail__refusal="needs_reason").exists()


def test_people_of_a_rehearsal_can_log_in_with_the_known_password(db: None) -> None:
    made = rehearsed(subjects=1, seed=1)
    assert {account.role for account in made.accounts} == set(Role)
    client = Client()
    answer = client.post("/account/login/", {"login": "coordinator.aa", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/trials/DEMO/participants/").status_code == 200


def test_a_rehearsal_does_not_mix_with_participants_that_are_there(demo: object) -> None:
    builders.screened_subject(demo)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="has participants"):
        rehearsed(subjects=1, seed=1)


def test_the_report_names_what_was_never_touched(db: None) -> None:
    made = rehearsed(subjects=1, seed=1)
    reached = set(Entry.objects.values_list("form", flat=True))
    every = {form.id for form in load_file(builders.DEMO).protocol.forms}
    assert set(made.report.never_reached) == every - reached
    assert made.report.never_reached
