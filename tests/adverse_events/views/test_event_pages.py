"""Pages of adverse events: recorded, changed, withdrawn, listed by page; and to whom they are there."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event, withdraw_event
from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Role
from edc.audit.verification import problems
from tests import builders
from tests.cast import ClientOf
from trials.models import Subject, Trial
from visits.models import Draft, Entry
from visits.queries import lists

pytestmark = pytest.mark.django_db

TYPED = {"AETERM": "Headache", "AESTDAT": "feb 2026", "AEGRADE": "1", "AESER": "N"}


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=date(2026, 1, 5))


@pytest.fixture
def nurse(subject: Subject, nurse_a: Actor, client_of: ClientOf) -> Client:
    return client_of(nurse_a)


@pytest.fixture
def new(subject: Subject) -> str:
    return f"/participants/{subject.pk}/events/new"


def posted(**more: str) -> dict[str, str]:
    return {"base_revision": "0", "key": str(clock.new_id()), **TYPED, **more}


def recorded(subject: Subject, **more: Any) -> AdverseEvent:
    typed = {**TYPED, "AESTDAT": "2026-02", **more}
    return open_event(by=builders.system(), subject=subject, data=typed, key=clock.new_id())


def test_an_event_is_recorded_with_the_definitions_at_hand(nurse: Client, new: str, subject: Subject) -> None:
    text = nurse.get(new).content.decode()
    assert "Felt but no help needed" in text
    assert "Serious: Marked as serious, or grade 3" in text
    typed = posted()
    saved = nurse.post(new, typed)
    event = AdverseEvent.objects.get()
    assert (saved.status_code, saved["Location"]) == (303, f"/events/{event.pk}/")
    assert (event.number, event.onset, event.serious) == (1, "2026-02", False)
    assert nurse.post(new, typed)["Location"] == f"/events/{event.pk}/"
    assert AdverseEvent.objects.count() == 1
    page = nurse.get(f"/events/{event.pk}/").content.decode()
    assert "Adverse event 1" in page
    assert "not serious" in page
    log = nurse.get(f"/participants/{subject.pk}/events/").content.decode()
    assert "February 2026, day unknown" in log
    assert "1, Mild" in log
    assert f"/participants/{subject.pk}/events/" in nurse.get(f"/participants/{subject.pk}/").content.decode()
    assert list(problems()) == []


def test_bad_input_keeps_the_typing_and_records_nothing(nurse: Client, new: str) -> None:
    refused = nurse.post(new, posted(AESTDAT="03/04/2026", AETERM="Dizzy"))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="03/04/2026"' in text
    assert 'value="Dizzy"' in text
    assert 'href="#item-AESTDAT"' in text
    assert not AdverseEvent.objects.exists()


def test_a_change_asks_for_a_reason_and_seriousness_follows(nurse: Client, subject: Subject) -> None:
    here = f"/events/{recorded(subject).pk}/"
    change = posted(base_revision="1", AESTDAT="2026-02", AESER="Y")
    asked = nurse.post(here, change)
    assert asked.status_code == 422
    assert "Say why, then save again" in asked.content.decode()
    assert nurse.post(here, {**change, "reason": "Read the letter of the hospital"}).status_code == 303
    assert "▲ serious" in nurse.get(here).content.decode()
    assert nurse.post(here, {**change, "AESER": "N"}).status_code == 409


def test_a_withdrawn_event_says_why_and_takes_nothing_more(nurse: Client, subject: Subject) -> None:
    here = f"/events/{recorded(subject).pk}/"
    empty = nurse.post(here, {"act": "withdraw", "withdraw-reason": ""})
    assert empty.status_code == 422
    assert "Say why this is taken back." in empty.content.decode()
    assert nurse.post(here, {"act": "withdraw", "withdraw-reason": "Another participant"}).status_code == 303
    text = nurse.get(here).content.decode()
    assert "Another participant" in text
    assert "data-entry" not in text
    assert nurse.post(here, posted(base_revision="2")).status_code == 422
    log = nurse.get(f"/participants/{subject.pk}/events/").content.decode()
    assert "recorded in error" in log


def test_the_slot_of_an_event_leads_to_its_page(nurse: Client, subject: Subject) -> None:
    slot = f"/participants/{subject.pk}/forms/event:1/AE/1/"
    assert nurse.get(slot)["Location"] == f"/participants/{subject.pk}/events/"
    event = recorded(subject)
    assert nurse.get(slot)["Location"] == f"/events/{event.pk}/"
    entry = Entry.objects.get(event_id=event.pk)
    assert nurse.get(f"/entries/{entry.pk}/")["Location"] == f"/events/{event.pk}/"


def test_what_was_typed_is_kept_and_goes_with_the_event(nurse: Client, subject: Subject, new: str) -> None:
    kept = nurse.post(f"/participants/{subject.pk}/drafts/event:1/AE/1/", {"AETERM": "Head"})
    assert kept.status_code == 204
    assert 'value="Head"' in nurse.get(new + "?draft=1").content.decode()
    nurse.post(new, posted())
    assert not Draft.objects.exists()


def test_who_may_not_see_or_do_it(
    client_of: ClientOf, subject: Subject, new: str, monitor: Actor, coordinator_b: Actor, outsider: Actor, demo: Trial
) -> None:
    one = f"/events/{recorded(subject).pk}/"
    log, every = f"/participants/{subject.pk}/events/", "/trials/DEMO/events/"
    administrator = builders.person(Role.ADMINISTRATOR, demo)
    reads = client_of(monitor)
    assert [reads.get(page).status_code for page in (log, one, every, new)] == [200, 200, 200, 403]
    assert "Withdraw the event" not in reads.get(one).content.decode()
    assert reads.post(new, posted()).status_code == 403
    assert reads.post(one, posted(base_revision="1")).status_code == 403
    assert reads.post(one, {"act": "withdraw", "withdraw-reason": "Slip"}).status_code == 403
    elsewhere = client_of(coordinator_b)
    assert [elsewhere.get(page).status_code for page in (log, one, every, new)] == [404, 404, 200, 404]
    assert "Headache" not in elsewhere.get(every).content.decode()
    assert elsewhere.post(one, posted(base_revision="1")).status_code == 404
    nobody = client_of(outsider)
    assert [nobody.get(page).status_code for page in (log, one, every, new)] == [404, 404, 404, 404]
    rights = client_of(administrator)
    assert [rights.get(page).status_code for page in (log, one, every, new)] == [403, 403, 403, 403]
    assert [Client().get(page).status_code for page in (log, one, every, new)] == [302, 302, 302, 302]
    assert reads.get(f"/events/{clock.new_id()}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", {"Headache", "Fever", "Fall"}),
        ("which=serious", {"Fever"}),
        ("which=not_serious", {"Headache"}),
        ("which=unknown", {"Fall"}),
        ("which=withdrawn", {"Slip"}),
        ("grade=3", {"Fever"}),
        ("site=AA", {"Headache", "Fever"}),
        ("site=BB&grade=1", {"Fall"}),
        ("participant=AA-001", {"Headache", "Fever"}),
        ("which=nonsense&grade=x&older=x&newer=%00", {"Headache", "Fever", "Fall"}),
    ],
)
def test_the_list_of_a_trial_is_narrowed(
    subject: Subject, demo: Trial, client_of: ClientOf, monitor: Actor, query: str, terms: set[str]
) -> None:
    other = builders.screened_subject(demo, "BB")
    recorded(subject)
    recorded(subject, AETERM="Fever", AEGRADE="3")
    recorded(other, AETERM="Fall", AESER="")
    gone = recorded(other, AETERM="Slip")
    withdraw_event(by=builders.system(), event=gone, reason="Recorded twice")
    text = client_of(monitor).get(f"/trials/DEMO/events/?{query}").content.decode()
    assert {term for term in ("Headache", "Fever", "Fall", "Slip") if f">{term}<" in text} == terms


def test_the_list_is_cut_into_pages_by_key(
    subject: Subject, client_of: ClientOf, monitor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    for number in range(5):
        recorded(subject, AETERM=f"Event no {number}")
    reads, seen, address = client_of(monitor), [], "/trials/DEMO/events/?grade=1"
    while address:
        page = reads.get(address)
        seen.append([row[1]["text"] for row in page.context["rows"]])
        address = "/trials/DEMO/events/" + page.context["next_url"] if page.context["next_url"] else ""
    assert seen == [["Event no 4", "Event no 3"], ["Event no 2", "Event no 1"], ["Event no 0"]]
    back = reads.get("/trials/DEMO/events/" + page.context["previous_url"])
    assert [row[1]["text"] for row in back.context["rows"]] == ["Event no 2", "Event no 1"]


def test_lists_take_as_many_statements_for_one_event_as_for_many(
    subject: Subject, demo: Trial, client_of: ClientOf, monitor: Actor
) -> None:
    reads = client_of(monitor)
    others = [builders.screened_subject(demo, site) for site in ("AA", "BB")]
    pages = (f"/participants/{subject.pk}/events/", "/trials/DEMO/events/")
    counts = []
    for _ in range(2):
        for one in (subject, *others):
            recorded(one)
        for page in pages:
            reads.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert reads.get(page).status_code == 200
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 16, counts
