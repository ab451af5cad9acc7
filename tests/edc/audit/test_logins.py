"""Log-ins and log-outs are acts; a failed log-in is a row that the next checkpoint seals."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory

from edc.access.actor import Actor
from edc.audit.logins import address_of, failed
from edc.audit.models import Act, LoginFailure, Seal
from edc.audit.verification import problems
from tests.cast import ClientOf

pytestmark = pytest.mark.django_db


def test_logging_in_and_out_is_on_record_in_the_systems_chain(client_of: ClientOf, outsider: Actor) -> None:
    client_of(outsider).logout()
    acts = Act.objects.filter(actor_key=outsider.key).order_by("id")
    assert [(act.operation, act.sentence, act.actor_username) for act in acts] == [
        ("access.log_in", "Logged in", "outsider"),
        ("access.log_out", "Logged out", "outsider"),
    ]
    assert set(Seal.objects.filter(act__in=acts).values_list("chain", flat=True)) == {"system"}
    assert list(problems()) == []


def test_a_failed_log_in_keeps_the_name_and_never_the_password(outsider: Actor) -> None:
    request = RequestFactory().post("/account/login/", REMOTE_ADDR="192.0.2.7")
    assert authenticate(request, username="outsider", password="wrong password") is None
    failure = LoginFailure.objects.get()
    assert failure.username == "outsider"
    assert failure.address == "192.0.2.7"
    assert "wrong password" not in repr(vars(failure))


def test_a_name_that_no_database_can_hold_is_made_visible() -> None:
    failed({"username": "outsider\x00\ud800" + 200 * "x"})
    failure = LoginFailure.objects.get()
    assert failure.username.startswith("outsider\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}x")
    assert len(failure.username) == 150


def test_logging_out_without_being_logged_in_leaves_nothing() -> None:
    Client().logout()
    assert not Act.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.7"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (1, "nonsense", ""),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.EDC_PROXIES = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == expected
