"""A trial's home, and the page on which a participant is screened."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from edc import clock
from edc.access.actor import Actor
from tests import builders
from trials.models import Subject, Trial

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]
HOME = "/trials/DEMO/"
SCREEN = "/trials/DEMO/participants/new"


def typed(**given: str) -> dict[str, str]:
    today = clock.today("Asia/Shanghai").isoformat()
    return {
        "key": str(clock.new_id()),
        "site": "AA",
        "consent_version": "2.0",
        "consented_on": today,
        "screened_on": today,
    } | given


def test_the_home_shows_enrolment_against_the_plan(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    builders.enrolled_subject(demo, "AA")
    builders.screened_subject(demo, "BB")
    page = client_of(coordinator_a).get(HOME).content.decode()
    assert "1 of 10 planned participants" in page
    assert "AA Alphaville" in page
    assert "BB Betatown" not in page
    assert "Due this week" in page


def test_the_home_warns_when_places_run_short(
    frozen_clock: clock.Fixed, demo: Trial, monitor: Actor, client_of: ClientOf
) -> None:
    for _ in range(8):
        builders.enrolled_subject(demo, "AA")
    assert "2 places are left" in client_of(monitor).get(HOME).content.decode()


def test_the_home_asks_the_same_number_of_queries_however_many_participants(
    demo: Trial, monitor: Actor, client_of: ClientOf, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = client_of(monitor)
    client.get(HOME)
    builders.enrolled_subject(demo, "AA")
    builders.enrolled_subject(demo, "BB")
    with django_assert_max_num_queries(18) as few:
        client.get(HOME)
    for code in ("AA", "BB", "AA"):
        builders.enrolled_subject(demo, code)
    with django_assert_max_num_queries(len(few)):
        client.get(HOME)


def test_a_role_without_participants_sees_the_trial_alone(
    demo: Trial, administrator: Actor, outsider: Actor, client_of: ClientOf
) -> None:
    page = client_of(administrator).get(HOME).content.decode()
    assert "Synthetic demonstration trial" in page
    assert "Due this week" not in page
    assert client_of(outsider).get(HOME).status_code == 404
    assert Client().get(HOME).status_code == 302


def test_a_coordinator_screens_a_participant(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    client = client_of(coordinator_a)
    page = client.get(SCREEN).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    response = client.post(SCREEN, typed(key=key[1]))
    subject = Subject.objects.get()
    assert str(subject.pk) == key[1]
    assert (response.status_code, response.headers["Location"]) == (303, f"/participants/{subject.pk}/")
    client.post(SCREEN, typed(key=key[1]))
    assert Subject.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"consented_on": "03/04/2024"}, "03/04/2024"),
        ({"consented_on": "2099-01-01"}, "still to come"),
        ({"consent_version": "1.0"}, "version 2.0 was in use"),
        ({"site": "BB"}, "Choose one of the answers"),
        ({"screened_on": ""}, "Type the day"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_typing_stays(
    demo: Trial, coordinator_a: Actor, client_of: ClientOf, wrong: dict[str, str], said: str
) -> None:
    data = typed(**wrong)
    response = client_of(coordinator_a).post(SCREEN, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert data["key"] in page
    assert wrong.get("consented_on", data["consented_on"]) in page
    assert not Subject.objects.exists()


def test_who_does_not_screen_is_told_so(demo: Trial, monitor: Actor, outsider: Actor, client_of: ClientOf) -> None:
    assert client_of(monitor).get(SCREEN).status_code == 403
    assert client_of(outsider).get(SCREEN).status_code == 404
    assert Client().get(SCREEN).status_code == 302
