"""The people of the tests, named by role: site A is AA, site B is BB of the synthetic trial."""

from collections.abc import Callable

import pytest
from django.test import Client

from edc.access.actor import Actor
from edc.access.roles import Role
from tests import builders
from trials.models import Site, Trial

ClientOf = Callable[[Actor], Client]


@pytest.fixture
def demo(db: None) -> Trial:
    return builders.demo_trial()


@pytest.fixture
def site_a(demo: Trial) -> Site:
    return builders.site(demo, "AA")


@pytest.fixture
def site_b(demo: Trial) -> Site:
    return builders.site(demo, "BB")


@pytest.fixture
def coordinator_a(demo: Trial, site_a: Site) -> Actor:
    return builders.person(Role.COORDINATOR, demo, site_a, username="coordinator_a", name="Ada Coordinator")


@pytest.fixture
def coordinator_b(demo: Trial, site_b: Site) -> Actor:
    return builders.person(Role.COORDINATOR, demo, site_b, username="coordinator_b", name="Ben Coordinator")


@pytest.fixture
def investigator_a(demo: Trial, site_a: Site) -> Actor:
    return builders.person(Role.INVESTIGATOR, demo, site_a, username="investigator_a", name="Dr Anna Investigator")


@pytest.fixture
def investigator_b(demo: Trial, site_b: Site) -> Actor:
    return builders.person(Role.INVESTIGATOR, demo, site_b, username="investigator_b", name="Dr Bea Investigator")


@pytest.fixture
def nurse_a(demo: Trial, site_a: Site) -> Actor:
    return builders.person(Role.INFUSION_NURSE, demo, site_a, username="nurse_a", name="Nora Nurse")


@pytest.fixture
def monitor(demo: Trial) -> Actor:
    """A monitor of all sites."""
    return builders.person(Role.MONITOR, demo, username="monitor", name="Mo Monitor")


@pytest.fixture
def data_manager(demo: Trial) -> Actor:
    return builders.person(Role.DATA_MANAGER, demo, username="data_manager", name="Dana Manager")


@pytest.fixture
def statistician(demo: Trial) -> Actor:
    return builders.person(Role.STATISTICIAN_BLINDED, demo, username="statistician", name="Stan Statistician")


@pytest.fixture
def pharmacist(demo: Trial) -> Actor:
    return builders.person(Role.PHARMACIST_UNBLINDED, demo, username="pharmacist", name="Phil Pharmacist")


@pytest.fixture
def administrator(demo: Trial) -> Actor:
    return builders.person(Role.ADMINISTRATOR, demo, username="administrator", name="Ines Administrator")


@pytest.fixture
def outsider(db: None) -> Actor:
    """Somebody with an account and no role in any trial."""
    return builders.person(None, username="outsider", name="Otto Outsider")


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which this person is logged in."""

    def logged_in(actor: Actor) -> Client:
        client = Client()
        assert actor.user is not None
        client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return logged_in
