"""The page of a form in a browser: saved, refused, asked for a reason, compared; and reading changes nothing."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act, Seal
from tests import builders
from tests.cast import ClientOf
from trials.models import Subject, Trial
from visits.models import Cell, Draft, Entry, Query
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db

VS = "visit:M1/1/VS/1"
LAB = "visit:M1/1/LAB/1"
SIGNS = {"VSDAT": "2026-02-05", "WEIGHT": "61.0", "SYSBP": "120", "DIABP": "80"}


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=date(2026, 1, 5))


@pytest.fixture
def browser(subject: Subject, coordinator_a: Actor, client_of: ClientOf) -> Client:
    return client_of(coordinator_a)


def url(subject: Subject, slot: str = VS) -> str:
    return f"/participants/{subject.pk}/forms/{slot}/"


def test_reading_a_form_writes_no_fact(browser: Client, subject: Subject) -> None:
    before = (Act.objects.count(), Seal.objects.count(), Entry.history.count(), Entry.objects.count())
    for slot in (VS, LAB, "log/CM/1", "visit:SCR/1/DM/1"):
        assert browser.get(url(subject, slot)).status_code == 200
    assert browser.get(f"/participants/{subject.pk}/").status_code == 200
    assert before == (Act.objects.count(), Seal.objects.count(), Entry.history.count(), Entry.objects.count())


def test_a_saved_form_says_how_far_it_is(browser: Client, subject: Subject) -> None:
    posted = browser.post(url(subject), {**SIGNS, "base_revision": "0", "key": str(clock.new_id())})
    assert (posted.status_code, posted["Location"]) == (303, url(subject))
    page = browser.get(posted["Location"]).content.decode()
    assert "Saved 16:30. 4 of 5 entered, no question open." in page
    assert 'value="61.0"' in page


def test_the_words_after_a_save_are_said_once_and_cost_no_second_write(browser: Client, subject: Subject) -> None:
    browser.get(url(subject))
    with CaptureQueriesContext(connection) as captured:
        posted = browser.post(url(subject), {**SIGNS, "base_revision": "0"})
    assert not [each["sql"] for each in captured if "django_session" in each["sql"] and "UPDATE" in each["sql"]]
    assert "Saved 16:30." in browser.get(posted["Location"]).content.decode()
    assert "Saved 16:30." not in browser.get(posted["Location"]).content.decode()


def test_words_after_a_save_that_the_server_did_not_write_are_not_said(browser: Client, subject: Subject) -> None:
    browser.cookies["edc-saved"] = "Saved 16:30. All is well.:1abcde:forged"
    assert "All is well" not in browser.get(url(subject)).content.decode()


def test_saving_can_go_on_to_the_next_form(browser: Client, subject: Subject) -> None:
    posted = browser.post(url(subject), {**SIGNS, "base_revision": "0", "next": "1"})
    assert posted["Location"] == url(subject, LAB)


def test_a_refused_form_keeps_the_typing_and_leads_to_the_items(browser: Client, subject: Subject) -> None:
    page = browser.post(url(subject), {**SIGNS, "WEIGHT": "6,1", "base_revision": "0"})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="6,1"' in text
    assert 'href="#item-WEIGHT"' in text
    assert not Entry.objects.filter(slot=VS).exists()


def test_a_reason_is_asked_in_place_and_then_saved(browser: Client, subject: Subject, coordinator_a: Actor) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    change = {**SIGNS, "WEIGHT": "62.0", "base_revision": "1"}
    asked = browser.post(url(subject), change)
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "Weight: 61.0 kg becomes 62.0 kg" in text
    assert 'name="reason"' in text
    assert 'value="62.0"' in text
    assert browser.post(url(subject), {**change, "reason": "Typing slip"}).status_code == 303
    assert Act.objects.latest("id").reason == "Typing slip"


def test_the_second_of_two_people_sees_both_versions_and_saves_on_top(
    browser: Client, subject: Subject, coordinator_a: Actor, investigator_a: Actor
) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    theirs = {"WEIGHT": "63.0", "SYSBP": "125"}
    save_entry(by=investigator_a, subject=subject, slot=VS, data=theirs, base_revision=1, reason="Weighed again")
    page = browser.post(url(subject), {**SIGNS, "WEIGHT": "62.0", "VSTIM": "08:15", "base_revision": "1"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Dr Anna Investigator" in text
    for words in ("61.0 kg", "63.0 kg", "62.0 kg", "08:15"):
        assert words in text
    hidden = dict(page.context["comparison"].fields)
    assert hidden["SYSBP"] == "125"
    saved = browser.post(url(subject), {**hidden, "base_revision": "2", "reason": "Mine is from the scale's print"})
    assert saved.status_code == 303
    values = Entry.objects.get(slot=VS).values
    assert {name: values[name]["text"] for name in ("WEIGHT", "SYSBP", "VSTIM")} == {
        "WEIGHT": "62.0",
        "SYSBP": "125",
        "VSTIM": "08:15",
    }


def test_rows_that_two_people_added_are_both_kept(
    browser: Client, subject: Subject, coordinator_a: Actor, investigator_a: Actor
) -> None:
    slot = "visit:SCR/1/KIT/1"
    save_entry(by=coordinator_a, subject=subject, slot=slot, data={"PETS": [{"PETNAME": "Ada"}]})
    save_entry(by=investigator_a, subject=subject, slot=slot, data={"PETS": [{"PETNAME": "Bo"}]}, base_revision=1)
    typed = {"PETS-r1-_row": "r1", "PETS-r1-PETNAME": "Ada", "PETS-r2-_row": "r2", "PETS-r2-PETNAME": "Cleo"}
    page = browser.post(url(subject, slot), {**typed, "base_revision": "1"})
    assert page.status_code == 409
    fields = page.context["comparison"].fields
    assert browser.post(url(subject, slot), {**dict(fields), "base_revision": "2", "reason": "Both"}).status_code == 303
    rows = Entry.objects.get(slot=slot).values["PETS"]
    assert [row["PETNAME"]["text"] for row in rows] == ["Ada", "Bo", "Cleo"]


def test_sending_the_same_form_twice_is_one_save(browser: Client, subject: Subject) -> None:
    data = {**SIGNS, "base_revision": "0", "key": str(clock.new_id())}
    assert [browser.post(url(subject), data).status_code for _ in range(2)] == [303, 303]
    assert Entry.objects.get(slot=VS).revision == 1


def test_a_draft_is_kept_offered_back_and_thrown_away(browser: Client, subject: Subject) -> None:
    where = f"/participants/{subject.pk}/drafts/{VS}/"
    assert browser.post(where, {"WEIGHT": "6", "base_revision": "0", "key": "x"}).status_code == 204
    assert Draft.objects.get().typed == {"WEIGHT": ["6"]}
    assert "Bring it back" in browser.get(url(subject)).content.decode()
    assert 'value="6"' in browser.get(url(subject), {"draft": "1"}).content.decode()
    assert browser.post(where, {"discard": "1"}).status_code == 303
    assert not Draft.objects.exists()


def test_the_value_of_the_visit_before_stands_beside_a_laboratory_value(
    browser: Client, subject: Subject, coordinator_a: Actor
) -> None:
    earlier = {"LBDAT": "2026-01-05", "ALB": {"text": "3.31", "unit": "g/dL"}}
    save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/LAB/1", data=earlier)
    assert "3.31 g/dL" in browser.get(url(subject, LAB)).content.decode()


def test_what_identifies_is_not_sent_to_who_may_not_see_it(
    subject: Subject, data_manager: Actor, client_of: ClientOf
) -> None:
    entry = Entry.objects.get(subject=subject, form="DM")
    page = client_of(data_manager).get(url(subject, entry.slot)).content.decode()
    assert "1985" not in page
    assert "Sex" in page
    assert "data-save" not in page


def test_queries_stand_beside_their_item_and_lead_to_their_page(
    browser: Client, subject: Subject, coordinator_a: Actor, monitor: Actor
) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Is this with shoes?")
    page = browser.get(url(subject)).content.decode()
    assert f'href="/queries/{query.pk}/"' in page
    answered = browser.post(f"/queries/{query.pk}/", {"act": "answer", "answer": "Without"})
    assert answered.status_code == 303
    assert Query.objects.get().state == "answered"
    assert Cell.objects.get(entry=entry).open_queries == 0


def test_other_sites_and_strangers_find_nothing(
    subject: Subject, coordinator_b: Actor, outsider: Actor, administrator: Actor, client_of: ClientOf
) -> None:
    assert client_of(coordinator_b).get(url(subject)).status_code == 404
    assert client_of(outsider).get(url(subject)).status_code == 404
    assert client_of(administrator).get(url(subject)).status_code == 403
    assert Client().get(url(subject)).status_code == 302
    assert client_of(coordinator_b).post(url(subject), SIGNS).status_code == 404


@pytest.mark.parametrize("slot", ["nonsense", "visit:M1/1/DM/1", "visit:M1/1/VS/2", "log/AE/1"])
def test_an_address_that_names_no_form_is_not_found(browser: Client, subject: Subject, slot: str) -> None:
    assert browser.get(url(subject, slot)).status_code == 404
    assert browser.post(url(subject, slot), {}).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"WEIGHT": "6\x001", "reason": "a\x00b", "key": "\x00", "base_revision": "\x00"},
        {"WEIGHT": "9" * 20_000, "base_revision": "9" * 40},
        {"NOTHING": "1", "WEIGHT-unit": "kg", "WEIGHT-missing": "XX", "base_revision": "-1"},
        {"VSDAT": ["2026-02-05", "2026-02-06"], "WEIGHT": "\u202e12", "base_revision": "٣"},
        {"VSDAT": "2026-02-30", "VSTIM": "25:99", "SYSBP": "1e3", "DIABP": "½"},
    ],
)
def test_nothing_that_can_be_sent_breaks_the_page(
    browser: Client, subject: Subject, coordinator_a: Actor, sent: dict[str, object]
) -> None:
    assert browser.post(url(subject), sent).status_code == 422
    assert browser.post(f"/participants/{subject.pk}/drafts/{VS}/", sent).status_code == 204
    assert browser.get(url(subject), {"draft": "1"}).status_code == 200
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    assert browser.post(url(subject), sent).status_code in {409, 422}
