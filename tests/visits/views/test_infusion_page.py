"""The page of an infusion: filled in as any form, refused in words, not given, taken back; to whom it is there."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Role
from tests import builders
from tests.cast import ClientOf
from trials.models import Subject, Trial
from visits.models import Draft, Entry, Infusion

pytestmark = pytest.mark.django_db

TYPED = {
    "base_revision": "0",
    "EXSTDAT": "2026-01-05",
    "EXSTTIM": "10:00",
    "EXENTIM": "11:00",
    "EXCELLS": "4.0",
    "EXCELLS-unit": "10^7",
    "EXVOL": "40.0",
}


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, arm="CELL", on=date(2026, 1, 5))


@pytest.fixture
def page(subject: Subject) -> str:
    return f"/participants/{subject.pk}/infusions/1/"


@pytest.fixture
def nurse(subject: Subject, nurse_a: Actor, client_of: ClientOf) -> Client:
    return client_of(nurse_a)


def test_an_infusion_is_typed_and_saved(nurse: Client, subject: Subject, page: str) -> None:
    shown = nurse.get(page)
    text = shown.content.decode()
    assert shown.status_code == 200
    assert '<h1 class="page-header__title">Infusion 1</h1>' in text
    assert "The infusion is not given" in text
    saved = nurse.post(page, TYPED)
    assert (saved.status_code, saved["Location"]) == (303, page)
    assert Infusion.objects.get(subject=subject, number=1).given_on == date(2026, 1, 5)
    text = nurse.get(page).content.decode()
    assert "5 of 6 entered" in text
    assert "This record is a mistake" in text
    assert "The infusion is not given" not in text


def test_a_refusal_stands_beside_its_item_and_keeps_the_typing(nurse: Client, page: str) -> None:
    refused = nurse.post(page, {**TYPED, "EXSTDAT": "2026-01-04", "EXVOL": "41.5"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "The arm was assigned on 5 Jan 2026" in text
    assert 'value="2026-01-04"' in text
    assert 'value="41.5"' in text
    assert not Entry.objects.filter(form="INF").exists()


def test_a_departure_is_told_on_the_page(nurse: Client, page: str) -> None:
    nurse.post(page, {**TYPED, "EXVOL": "30"})
    assert "Deviation: Infusion 1: 30 mL were given" in nurse.get(page).content.decode()


def test_a_change_asks_for_a_reason(nurse: Client, page: str, subject: Subject) -> None:
    nurse.post(page, TYPED)
    change = {**TYPED, "base_revision": "1", "EXVOL": "39.0"}
    asked = nurse.post(page, change)
    assert asked.status_code == 422
    assert "Volume given: 40.0 mL becomes 39.0 mL" in asked.content.decode()
    assert nurse.post(page, {**change, "reason": "Typing slip"}).status_code == 303
    assert Entry.objects.get(form="INF").values["EXVOL"] == {"text": "39.0"}


def test_two_people_who_saved_see_both_versions(nurse: Client, page: str) -> None:
    nurse.post(page, TYPED)
    conflict = nurse.post(page, {**TYPED, "EXVOL": "39.0"})
    assert conflict.status_code == 409
    assert "39.0 mL" in conflict.content.decode()


def test_not_given_needs_words_and_is_taken_back(nurse: Client, page: str, subject: Subject) -> None:
    empty = nurse.post(page, {"act": "not_given", "notgiven-reason": ""})
    assert empty.status_code == 422
    assert "Say why the infusion is not given." in empty.content.decode()
    assert nurse.post(page, {"act": "not_given", "notgiven-reason": "Fever"}).status_code == 303
    text = nurse.get(page).content.decode()
    assert "is recorded as not given" in text
    assert "Deviation: Infusion 1 was not given." in text
    assert nurse.post(page, TYPED).status_code == 422
    assert nurse.post(page, {"act": "undo", "undo-reason": "Postponed"}).status_code == 303
    assert Infusion.objects.get(subject=subject, number=1).status == "planned"


def test_the_slot_of_an_infusion_leads_to_its_page(nurse: Client, subject: Subject, page: str) -> None:
    slot = nurse.get(f"/participants/{subject.pk}/forms/infusion:1/INF/1/")
    assert (slot.status_code, slot["Location"]) == (302, page)
    nurse.post(page, TYPED)
    entry = Entry.objects.get(form="INF")
    assert nurse.get(f"/entries/{entry.pk}/")["Location"] == page
    assert page in nurse.get(f"/participants/{subject.pk}/").content.decode()


def test_a_draft_is_kept_and_goes_with_the_save(nurse: Client, subject: Subject, page: str) -> None:
    kept = nurse.post(f"/participants/{subject.pk}/drafts/infusion:1/INF/1/", {"EXVOL": "4"})
    assert kept.status_code == 204
    assert "did not save it" in nurse.get(page).content.decode()
    nurse.post(page, TYPED)
    assert not Draft.objects.exists()


def test_who_may_not_see_or_do_it(
    client_of: ClientOf, demo: Trial, page: str, subject: Subject, monitor: Actor, coordinator_b: Actor
) -> None:
    coder = builders.person(Role.CODER, demo)
    reads, elsewhere = client_of(monitor), client_of(coordinator_b)
    assert reads.get(page).status_code == 200
    assert "The infusion is not given" not in reads.get(page).content.decode()
    assert reads.post(page, TYPED).status_code == 403
    assert reads.post(page, {"act": "not_given", "notgiven-reason": "Fever"}).status_code == 403
    for client in (elsewhere, client_of(coder)):
        assert client.get(page).status_code == 404
        assert client.post(page, TYPED).status_code == 404
    assert reads.get(page.replace("/1/", "/3/")).status_code == 404
    assert reads.get(page.replace("/1/", "/99999999999/")).status_code == 404
    assert Client().get(page).status_code == 302
    assert Client().post(page, TYPED).status_code == 302


def test_the_page_takes_as_many_statements_for_each_infusion(nurse: Client, subject: Subject, page: str) -> None:
    counts = []
    for number, day in ((1, "2026-01-05"), (2, "2026-02-05")):
        here = page.replace("/1/", f"/{number}/")
        nurse.post(here, {**TYPED, "EXSTDAT": day})
        nurse.get(here)  # the message of the save
        with CaptureQueriesContext(connection) as captured:
            nurse.get(here)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 25, counts
