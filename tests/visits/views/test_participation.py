"""Consent, eligibility, arm and end as pages: each does its work, and each refuses who may not."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from edc import clock
from edc.access.actor import Actor
from tests import builders
from trials.models import Allocation, EligibilityVerdict, Subject, Trial

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]
PAGES = ("consent", "eligibility", "arm", "end")


def url(subject: Subject, page: str) -> str:
    return f"/participants/{subject.pk}/{page}"


def today() -> str:
    return clock.today("Asia/Shanghai").isoformat()


def fresh(subject: Subject) -> Subject:
    return Subject.objects.get(pk=subject.pk)


@pytest.mark.parametrize("page", PAGES)
def test_another_site_finds_no_such_page_and_nobody_gets_in_without_log_in(
    demo: Trial, coordinator_b: Actor, client_of: ClientOf, page: str
) -> None:
    subject = builders.screened_subject(demo)
    client = client_of(coordinator_b)
    never = client.get(f"/participants/{clock.new_id()}/{page}")
    theirs = client.get(url(subject, page))
    assert (theirs.status_code, never.status_code) == (404, 404)
    assert client.post(url(subject, page), {}).status_code == 404
    assert Client().get(url(subject, page)).status_code == 302


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("consent", {"act": "give", "consent-version": "2.0", "consent-consented_on": "2024-07-01"}),
        ("eligibility", {"act": "evaluate"}),
        ("arm", {}),
        ("end", {"status": "died", "on": "2026-01-01", "note": "x"}),
    ],
)
def test_a_monitor_reads_and_does_not_write(
    demo: Trial, monitor: Actor, client_of: ClientOf, page: str, data: dict[str, str]
) -> None:
    subject = builders.screened_subject(demo, on=date(2024, 3, 1))
    assert client_of(monitor).post(url(subject, page), data).status_code == 403


def test_consent_to_a_new_version_is_recorded(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.screened_subject(demo, on=date(2024, 3, 1))
    client, due = client_of(coordinator_a), "Version 2.0 is in use now"
    for page in (f"/participants/{subject.pk}/", url(subject, "consent")):
        assert due in client.get(page).content.decode(), page
    data = {"act": "give", "consent-version": "2.0", "consent-consented_on": "2024-03-02"}
    response = client.post(url(subject, "consent"), data)
    assert (response.status_code, "2024-03-02" in response.content.decode()) == (422, True)
    data["consent-consented_on"] = today()
    assert client.post(url(subject, "consent"), data).status_code == 303
    assert "Consent to version 2.0 is in force" in client.get(url(subject, "consent")).content.decode()
    assert due not in client.get(f"/participants/{subject.pk}/").content.decode()


def test_consent_is_withdrawn_with_a_reason(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.screened_subject(demo)
    client = client_of(coordinator_a)
    assert "Adverse event" in client.get(url(subject, "consent")).content.decode()
    data = {"act": "withdraw", "withdrawal-on": today(), "withdrawal-reason": ""}
    response = client.post(url(subject, "consent"), data)
    assert (response.status_code, "Say why" in response.content.decode()) == (422, True)
    assert client.post(url(subject, "consent"), data | {"withdrawal-reason": "Moves away"}).status_code == 303
    assert fresh(subject).consent_withdrawn_on is not None


def test_eligibility_says_what_is_missing_in_words(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    page = client_of(coordinator_a).get(url(builders.screened_subject(demo), "eligibility")).content.decode()
    assert "3 criteria still stand in the way" in page
    assert "Missing: Age at consent" in page
    assert "Missing: Pregnant (Demographics)" in page


def test_what_the_rules_say_is_recorded_with_one_click(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.screened_subject(demo)
    client = client_of(coordinator_a)
    assert client.post(url(subject, "eligibility"), {"act": "evaluate"}).status_code == 303
    assert EligibilityVerdict.objects.filter(subject=subject).count() == 2


def test_the_investigator_judges_in_place_and_the_typing_stays(
    demo: Trial, investigator_a: Actor, client_of: ClientOf
) -> None:
    subject = builders.screened_subject(demo)
    client = client_of(investigator_a)
    wrong = client.post(url(subject, "eligibility"), {"criterion": "I02", "I02-note": "Spoke with the family"})
    assert wrong.status_code == 422
    assert "Spoke with the family" in wrong.content.decode()
    data = {"criterion": "I02", "I02-verdict": "not_met", "I02-note": "Too far away"}
    assert client.post(url(subject, "eligibility"), data).status_code == 303
    page = client.get(url(subject, "eligibility")).content.decode()
    assert "Does not hold: may not take part" in page
    assert client.post(url(subject, "eligibility"), {"criterion": "X99"}).status_code == 422


def test_identifying_values_are_not_shown_to_who_may_not_know_them(
    demo: Trial, data_manager: Actor, coordinator_a: Actor, client_of: ClientOf
) -> None:
    subject = builders.eligible_subject(demo)
    page = client_of(data_manager).get(url(subject, "eligibility")).content.decode()
    assert "Age at consent" in page
    assert "1985" not in page


def test_the_arm_page_says_what_stands_in_the_way(demo: Trial, investigator_a: Actor, client_of: ClientOf) -> None:
    page = client_of(investigator_a).get(url(builders.screened_subject(demo), "arm")).content.decode()
    assert "I02: Not known yet." in page
    assert 'name="password"' not in page


def test_the_arm_is_assigned_with_the_password_in_the_same_form(
    demo: Trial, investigator_a: Actor, coordinator_a: Actor, client_of: ClientOf
) -> None:
    subject = builders.eligible_subject(demo)
    client = client_of(investigator_a)
    assert client_of(coordinator_a).get(url(subject, "arm")).status_code == 403
    page = client.get(url(subject, "arm")).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    data = {"key": key[1], "arm": "CELL", "assigned_on": today(), "note": "Agreed with the family"}
    wrong = client.post(url(subject, "arm"), data | {"password": "something else"})
    assert wrong.status_code == 422
    assert "This is not your password" in wrong.content.decode()
    assert "Agreed with the family" in wrong.content.decode()
    assert "something else" not in wrong.content.decode()
    right = client.post(url(subject, "arm"), data | {"password": builders.PASSWORD})
    assert right.headers["Location"] == f"/participants/{subject.pk}/"
    assert Allocation.objects.get(subject=subject).arm == "CELL"
    assert fresh(subject).status == "on_study"
    assert client.get(right.headers["Location"]).status_code == 200


def test_a_screen_failure_is_recorded_by_the_coordinator_who_sees_no_other_way(
    demo: Trial, coordinator_a: Actor, client_of: ClientOf
) -> None:
    subject = builders.screened_subject(demo)
    client = client_of(coordinator_a)
    page = client.get(url(subject, "end")).content.decode()
    assert "Screen failure" in page
    assert "Lost to follow-up" not in page
    data = {"status": "screen_failed", "on": today(), "note": ""}
    assert client.post(url(subject, "end"), data).status_code == 422
    assert client.post(url(subject, "end"), data | {"note": "Pregnant"}).status_code == 303
    assert fresh(subject).status == "screen_failed"
    assert "Pregnant" in client.get(url(subject, "end")).content.decode()


def test_the_investigator_ends_a_participation(demo: Trial, investigator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.enrolled_subject(demo)
    client = client_of(investigator_a)
    data = {"status": "lost", "on": "2099-01-01", "note": "No answer for a year"}
    wrong = client.post(url(subject, "end"), data)
    assert (wrong.status_code, "still to come" in wrong.content.decode()) == (422, True)
    assert "No answer for a year" in wrong.content.decode()
    assert client.post(url(subject, "end"), data | {"on": today()}).status_code == 303
    assert fresh(subject).status == "lost"


def test_a_coordinator_finds_no_way_to_end_a_running_participation(
    demo: Trial, coordinator_a: Actor, client_of: ClientOf
) -> None:
    assert client_of(coordinator_a).get(url(builders.enrolled_subject(demo), "end")).status_code == 403
