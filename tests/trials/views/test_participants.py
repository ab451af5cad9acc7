"""The list of participants: a number leads straight to its participant, and scope and role decide."""

from collections.abc import Callable

import pytest
from django.test import Client

from edc.access.actor import Actor
from tests import builders
from trials.models import Trial

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]
URL = "/trials/DEMO/participants/"


def test_a_coordinator_sees_their_own_site(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    builders.screened_subject(demo, "AA")
    builders.screened_subject(demo, "BB")
    page = client_of(coordinator_a).get(URL).content.decode()
    assert "AA-001" in page
    assert "BB-001" not in page
    assert "1 participant" in page


def test_a_number_that_was_typed_leads_straight_there(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.screened_subject(demo, "AA")
    response = client_of(coordinator_a).get(URL, {"q": "aa-001"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/participants/{subject.pk}/")


def test_a_number_of_another_site_finds_nothing(demo: Trial, coordinator_b: Actor, client_of: ClientOf) -> None:
    builders.screened_subject(demo, "AA")
    response = client_of(coordinator_b).get(URL, {"q": "AA-001"})
    assert response.status_code == 200
    assert "No participant fits" in response.content.decode()


def test_filters_stay_in_the_address_of_the_next_page(
    demo: Trial, monitor: Actor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trials.queries.subjects.subjects_page.__kwdefaults__", {"after": "", "before": "", "size": 1})
    builders.screened_subject(demo, "AA")
    builders.screened_subject(demo, "AA")
    page = client_of(monitor).get(URL, {"site": "AA"}).content.decode()
    assert "?site=AA&amp;after=AA-001" in page


@pytest.mark.parametrize("query", [{"site": "ZZ"}, {"status": "nonsense"}, {"after": "\0"}, {"q": "\0%_'"}])
def test_a_made_up_filter_is_no_accident(
    demo: Trial, monitor: Actor, client_of: ClientOf, query: dict[str, str]
) -> None:
    assert client_of(monitor).get(URL, query).status_code == 200


def test_roles_without_participants_and_people_from_outside(
    demo: Trial, administrator: Actor, outsider: Actor, client_of: ClientOf
) -> None:
    assert client_of(administrator).get(URL).status_code == 403
    assert client_of(outsider).get(URL).status_code == 404
    assert Client().get(URL).status_code == 302
    assert client_of(administrator).post(URL).status_code == 405
