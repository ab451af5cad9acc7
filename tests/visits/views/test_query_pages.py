"""Asking, closing and opening again in a browser; a form recorded in error."""

from datetime import date

import pytest

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.cast import ClientOf
from trials.models import Trial
from visits.models import Entry, Query
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db

SLOT = "visit:M1/1/VS/1"


@pytest.fixture
def entry(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor) -> Entry:
    subject = builders.enrolled_subject(demo, on=date(2026, 1, 5))
    return save_entry(by=coordinator_a, subject=subject, slot=SLOT, data={"VSDAT": "2026-02-05"})


def test_a_monitor_asks_once_closes_and_opens_again(entry: Entry, monitor: Actor, client_of: ClientOf) -> None:
    browser = client_of(monitor)
    where = f"/entries/{entry.pk}/ask"
    assert browser.get(where, {"item": "WEIGHT"}).status_code == 200
    data = {"key": str(clock.new_id()), "path": "WEIGHT", "message": "Was it taken?"}
    assert [browser.post(where, data).status_code for _ in range(2)] == [303, 303]
    query = Query.objects.get()
    page = f"/queries/{query.pk}/"
    assert "Was it taken?" in browser.get(page).content.decode()
    refused = browser.post(page, {"act": "close", "note": ""})
    assert refused.status_code == 422
    assert "Nobody has answered" in refused.content.decode()
    assert browser.post(page, {"act": "close", "note": "Asked in error"}).status_code == 303
    assert browser.post(page, {"act": "reopen", "reason": ""}).status_code == 422
    assert browser.post(page, {"act": "reopen", "reason": "It was right to ask"}).status_code == 303
    assert "It was right to ask" in browser.get(page).content.decode()


def test_what_a_role_may_not_do_is_not_offered(entry: Entry, coordinator_a: Actor, client_of: ClientOf) -> None:
    browser = client_of(coordinator_a)
    assert browser.get(f"/entries/{entry.pk}/ask").status_code == 403
    assert "Ask a query" not in browser.get(f"/participants/{entry.subject_id}/forms/{SLOT}/").content.decode()


def test_a_question_about_what_identifies_is_kept_from_who_may_not_know(
    entry: Entry, monitor: Actor, data_manager: Actor, client_of: ClientOf
) -> None:
    person = Entry.objects.get(form="DM")
    data = {"key": str(clock.new_id()), "path": "BRTHDAT", "message": "Which year?"}
    assert client_of(monitor).post(f"/entries/{person.pk}/ask", data).status_code == 303
    other = client_of(data_manager)
    assert other.get(f"/queries/{Query.objects.get().pk}/").status_code == 403
    assert "Which year" not in other.get("/trials/DEMO/queries/").content.decode()
    refused = other.post(f"/entries/{person.pk}/ask", {**data, "key": str(clock.new_id())})
    assert refused.status_code == 422


def test_a_form_recorded_in_error_is_withdrawn_with_a_reason(
    entry: Entry, coordinator_a: Actor, client_of: ClientOf
) -> None:
    browser = client_of(coordinator_a)
    where = f"/entries/{entry.pk}/withdraw"
    assert browser.get(where).status_code == 200
    assert browser.post(where, {"reason": ""}).status_code == 422
    assert browser.post(where, {"reason": "Another participant"}).status_code == 303
    entry.refresh_from_db()
    assert entry.withdrawn
    page = browser.get(f"/participants/{entry.subject_id}/forms/{SLOT}/").content.decode()
    assert "2026-02-05" not in page


def test_an_entry_leads_to_its_form(entry: Entry, coordinator_a: Actor, client_of: ClientOf) -> None:
    found = client_of(coordinator_a).get(f"/entries/{entry.pk}/")
    assert found["Location"] == f"/participants/{entry.subject_id}/forms/{SLOT}/"
