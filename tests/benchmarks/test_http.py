"""Saving through HTTP: our page and our API against a plain REST view that saves a plain row and keeps no trail.

Same session, same middleware, same 25 numbers. Ours checks the protocol's rules, access, revision and drafts, and keeps
history, act and seal.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches

from edc.access.actor import Actor
from tests import builders
from tests.benchmarks import plain
from tests.benchmarks.measure import in_turn, report
from tests.benchmarks.test_save import NUMBERS, VISITS
from trials.models import Subject

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("default")]

ROUNDS = 150
WARM_UP = 10


@pytest.fixture
def beside_a_plain_view(bench_trial: object) -> Iterator[None]:
    """The plain view hangs beside our addresses, and its table is there."""
    with connection.schema_editor() as editor:
        editor.create_model(plain.Plain)
    with override_settings(ROOT_URLCONF="tests.benchmarks.plain"):
        clear_url_caches()
        yield
    clear_url_caches()
    with connection.schema_editor() as editor:
        editor.delete_model(plain.Plain)


def logged_in(actor: Actor) -> Client:
    client = Client()
    answer = client.post("/account/login/", {"login": actor.username, "password": builders.PASSWORD})
    assert answer.status_code == 302
    return client


def test_saves_through_http_against_a_plain_view(
    beside_a_plain_view: None, coordinator: Actor, participants: Callable[[int], list[Subject]]
) -> None:
    turns = ROUNDS + WARM_UP + 2
    subjects = participants(2 * turns // len(VISITS) + 1)
    places = [(subject, f"visit:{visit}/1/F25/1") for subject in subjects for visit in VISITS]
    client = logged_in(coordinator)

    def by_page(turn: int) -> None:
        subject, slot = places[turn]
        answer = client.post(
            f"/participants/{subject.pk}/forms/{slot}/",
            urlencode(NUMBERS | {"base_revision": "0"}),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 303, answer.content[:2000]

    def by_api(turn: int) -> None:
        subject, slot = places[turns + turn]
        answer = client.put(
            f"/api/v1/subjects/{subject.pk}/entries/{slot}",
            {"values": NUMBERS},
            content_type="application/json",
            headers={"If-None-Match": "*"},
        )
        assert answer.status_code == 200, answer.content[:2000]

    def by_plain_view(turn: int) -> None:
        answer = client.post("/plain", NUMBERS | {"slot": str(turn)}, content_type="application/json")
        assert answer.status_code == 201, answer.content[:2000]

    measured = in_turn(
        {"plain REST view": by_plain_view, "our page": by_page, "our API": by_api}, ROUNDS, warm_up=WARM_UP
    )
    report("Saving 25 numbers through HTTP (PostgreSQL)", measured, "plain REST view", {})
    for one in measured.values():
        rate = measured["plain REST view"].median / one.median
        print(f"  {one.name:<20} {1 / one.median:7.1f} saves/s in one process; rate / plain view: {rate:.2f}")
    print("  bar: rate / plain view >= 0.5, aim >= 0.8")
    for name, save in {"plain REST view": by_plain_view, "our page": by_page, "our API": by_api}.items():
        with CaptureQueriesContext(connection) as captured:
            save(turns - 1)
        print(f"  statements of {name}: {' '.join(each['sql'].split(None, 1)[0] for each in captured)}")
