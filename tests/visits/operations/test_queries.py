"""Asking, answering, closing, opening again: who may, and what the form's cell says."""

from datetime import date

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.errors import Conflict, NeedsReason, NotAllowed, NotVisible, Refused
from tests import builders
from trials.models import Subject, Trial
from visits.models import Cell, Entry, Query
from visits.operations.entry import save_entry
from visits.operations.queries import answer_query, close_query, open_query, reopen_query
from visits.queries.lists import thread_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor) -> Entry:
    subject: Subject = builders.enrolled_subject(demo, on=date(2026, 1, 5))
    return save_entry(by=coordinator_a, subject=subject, slot="visit:M1/1/VS/1", data={"VSDAT": "2026-02-05"})


def open_now(entry: Entry) -> int:
    return Cell.objects.get(entry=entry).open_queries


def test_a_question_is_asked_answered_closed_and_opened_again(
    entry: Entry, monitor: Actor, coordinator_a: Actor
) -> None:
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message=" Was it taken? ")
    assert (query.message, open_now(entry)) == ("Was it taken?", 1)
    answer_query(by=coordinator_a, query=query, answer="No scale that day")
    assert open_now(entry) == 0
    close_query(by=monitor, query=query)
    with pytest.raises(NeedsReason):
        reopen_query(by=monitor, query=query)
    again = reopen_query(by=monitor, query=query, reason="Please mark it as not done")
    assert (again.state, again.answer, open_now(entry)) == ("open", "", 1)
    said = [(turn.what, turn.words) for turn in thread_of(again)]
    assert said == [
        ("asked", "Was it taken?"),
        ("answered", "No scale that day"),
        ("closed", ""),
        ("opened again", "Please mark it as not done"),
    ]


def test_the_same_question_sent_twice_is_one(entry: Entry, monitor: Actor) -> None:
    key = clock.new_id()
    first, again = (open_query(by=monitor, entry=entry, path="", message="Which form?", key=key) for _ in range(2))
    assert first.pk == again.pk
    assert Query.objects.count() == 1


def test_each_role_does_its_own_part(
    entry: Entry, monitor: Actor, coordinator_a: Actor, coordinator_b: Actor, data_manager: Actor
) -> None:
    query = open_query(by=data_manager, entry=entry, path="WEIGHT", message="Was it taken?")
    with pytest.raises(NotAllowed):
        open_query(by=coordinator_a, entry=entry, path="WEIGHT", message="Was it taken?")
    with pytest.raises(NotAllowed):
        answer_query(by=monitor, query=query, answer="Yes")
    with pytest.raises(NotAllowed):
        close_query(by=coordinator_a, query=query, note="Done")
    with pytest.raises(NotVisible):
        answer_query(by=coordinator_b, query=query, answer="Yes")


def test_nobody_asks_about_what_they_may_not_know(entry: Entry, data_manager: Actor, monitor: Actor) -> None:
    person = Entry.objects.get(form="DM")
    with pytest.raises(NotAllowed):
        open_query(by=data_manager, entry=person, path="BRTHDAT", message="Which year?")
    query = open_query(by=monitor, entry=person, path="BRTHDAT", message="Which year?")
    assert query.blinding == "identifying"
    with pytest.raises(NotAllowed):
        close_query(by=data_manager, query=query, note="Enough")


def test_empty_words_unknown_items_and_early_closing_are_refused(entry: Entry, monitor: Actor) -> None:
    with pytest.raises(Refused):
        open_query(by=monitor, entry=entry, path="WEIGHT", message="  ")
    with pytest.raises(Refused, match="no such item"):
        open_query(by=monitor, entry=entry, path="NOTHING", message="What?")
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Was it taken?")
    with pytest.raises(Refused, match="Nobody has answered"):
        close_query(by=monitor, query=query)
    assert close_query(by=monitor, query=query, note="Asked in error").state == "closed"


def test_answering_what_is_closed_by_now_is_a_conflict(entry: Entry, monitor: Actor, coordinator_a: Actor) -> None:
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Was it taken?")
    close_query(by=monitor, query=query, note="Asked in error")
    with pytest.raises(Conflict):
        answer_query(by=coordinator_a, query=query, answer="Yes")
