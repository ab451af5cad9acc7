"""The whole lists behind a trial's home, the reminders sent, and what only some arms have on any of them."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from edc import clock
from edc.access.actor import Actor
from edc.access.models import User
from edc.access.operations import change_account
from edc.access.roles import Role
from tests import builders
from trials.models import Subject, Trial
from visits.models import Infusion, Visit
from visits.operations.entry import save_entry
from visits.operations.infusions import record_infusion
from visits.operations.queries import open_query
from visits.queries import due as due_queries
from visits.tasks import remind_daily

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]
START = datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)
AFTER_MONTH_1 = datetime.datetime(2026, 4, 25, 12, tzinfo=datetime.UTC)


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor) -> Subject:
    """A participant of the arm that gets cells, at site A, on study since 2 March 2026 and infused that day."""
    with clock.fixed(at=START):
        subject = builders.enrolled_subject(demo, "AA", arm="CELL")
        infusion = Infusion.objects.get(subject=subject, number=1)
        record_infusion(by=coordinator_a, infusion=infusion, data={"EXSTDAT": "2026-03-02"})
    return subject


@pytest.fixture
def coder(demo: Trial) -> Actor:
    """Somebody who reads forms and may not know an arm."""
    return builders.person(Role.CODER, demo, username="coder")


def test_the_home_leads_to_the_whole_of_a_list_that_goes_on(
    subject: Subject, coordinator_a: Actor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_queries, "SHORT", 1)
    monkeypatch.setattr(due_queries, "WHOLE", 1)
    with clock.fixed(at=AFTER_MONTH_1):
        browser = client_of(coordinator_a)
        assert 'href="/trials/DEMO/due/overdue/"' in browser.get("/trials/DEMO/").content.decode()
        seen, url = [], "/trials/DEMO/due/overdue/"
        while url:
            answer = browser.get(url)
            seen += [row[2]["text"] for row in answer.context["rows"]]
            url = f"/trials/DEMO/due/overdue/{answer.context['next_url']}" if answer.context["next_url"] else ""
    assert seen == ["Baseline", "30 days after the first infusion", "Month 1"]


def test_there_is_no_list_of_another_name(subject: Subject, coordinator_a: Actor, client_of: ClientOf) -> None:
    assert client_of(coordinator_a).get("/trials/DEMO/due/everything/").status_code == 404


def test_lists_of_another_site_stay_empty(subject: Subject, coordinator_b: Actor, client_of: ClientOf) -> None:
    with clock.fixed(at=AFTER_MONTH_1):
        page = client_of(coordinator_b).get("/trials/DEMO/due/overdue/").content.decode()
    assert "No visit is overdue" in page
    assert subject.label not in page


def test_staff_read_who_was_reminded_of_what(
    subject: Subject, coordinator_a: Actor, coordinator_b: Actor, client_of: ClientOf
) -> None:
    user = User.objects.get(pk=coordinator_a.key)
    change_account(by=builders.system(), user=user, name=user.name, email="a@example.org", organisation="")
    with clock.fixed(at=datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)):
        remind_daily()
        home = client_of(coordinator_a).get("/trials/DEMO/").content.decode()
        page = client_of(coordinator_a).get("/trials/DEMO/reminders/").content.decode()
        elsewhere = client_of(coordinator_b).get("/trials/DEMO/reminders/").content.decode()
    assert 'href="/trials/DEMO/reminders/"' in home
    assert "sent on 1 Apr 2026" in page
    assert user.name in page
    assert "Month 1" in page
    assert "Nobody was reminded of a visit yet" in elsewhere


def test_what_only_some_arms_have_is_nowhere_for_whoever_may_not_know_the_arm(
    subject: Subject, demo: Trial, coder: Actor, coordinator_a: Actor, monitor: Actor, client_of: ClientOf
) -> None:
    told = Visit.objects.get(subject=subject, code="F30")
    with clock.fixed(at=AFTER_MONTH_1):
        entry = save_entry(by=coordinator_a, subject=subject, slot="visit:F30/1/VS/1", data={"WEIGHT": "70.5"})
        query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Compare with the source")
        pages = {
            "/trials/DEMO/due/overdue/": 200,
            "/trials/DEMO/": 200,
            "/trials/DEMO/queries/": 200,
            "/trials/DEMO/reminders/": 200,
            f"/participants/{subject.pk}/": 200,
            f"/visits/{told.pk}/": 404,
            f"/participants/{subject.pk}/forms/visit:F30/1/VS/1/": 404,
            f"/participants/{subject.pk}/infusions/1/": 404,
            f"/entries/{entry.pk}/": 404,
            f"/entries/{entry.pk}/ask": 404,
            f"/queries/{query.pk}/": 404,
            f"/api/v1/subjects/{subject.pk}/entries/visit:F30/1/VS/1": 404,
            f"/api/v1/visits/{told.pk}": 404,
        }
        blind, knows = client_of(coder), client_of(monitor)
        for url, status in pages.items():
            answer = blind.get(url)
            assert (answer.status_code, url) == (status, url)
            assert "first infusion" not in answer.content.decode(), url
            assert knows.get(url).status_code == 200 or url.startswith("/entries/"), url
