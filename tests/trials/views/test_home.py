"""The first page: one trial leads straight to it, several are listed, none is said."""

from collections.abc import Callable

import pytest
from django.test import Client

from edc.access.actor import Actor
from edc.access.roles import Role
from tests import builders
from trials.models import Trial
from trials.operations.protocol import load_protocol
from trials.protocol import load_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]


def test_one_trial_leads_straight_to_it(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    response = client_of(coordinator_a).get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/trials/DEMO/")


def test_several_trials_are_listed(demo: Trial, client_of: ClientOf) -> None:
    person = builders.person(Role.MONITOR, demo, username="two_trials")
    text = builders.DEMO.read_text(encoding="utf-8").replace("code: DEMO", "code: OTHER")
    other = load_protocol(by=builders.system(), loaded=load_text(text), source=text).trial
    builders.join(person, Role.MONITOR, other)
    page = client_of(person).get("/").content.decode()
    assert "/trials/DEMO/" in page
    assert "/trials/OTHER/" in page


def test_who_has_no_trial_reads_what_to_do(outsider: Actor, client_of: ClientOf) -> None:
    assert "Ask the administrator" in client_of(outsider).get("/").content.decode()


def test_logged_out_leads_to_the_log_in(db: None) -> None:
    assert "/account/login/" in Client().get("/").headers["Location"]
