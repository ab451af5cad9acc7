"""People at work at the same moment: threads with connections of their own, and real commits."""

import datetime
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, connections

from edc.access.actor import Actor
from edc.access.roles import Role
from edc.audit import verification
from tests import builders
from tests.builders.trial import DEMO
from trials.models import Site, Trial

Result = TypeVar("Result")
PATIENCE = 60
"""Seconds that anybody waits for the others before the test fails."""
DAY = datetime.date(2024, 7, 1)
"""Everybody of these tests was enrolled on this day; the clock runs as it does."""


def crowd(on_postgresql: int, on_sqlite: int) -> int:
    """How many at once: SQLite lets one write at a time, so that fewer show the same there."""
    return on_postgresql if connection.vendor == "postgresql" else on_sqlite


def together(*doings: Callable[[], Result]) -> list[Result | Exception]:
    """Do all of this at the same moment, each on a connection of its own; return what came of each, in order."""
    barrier = threading.Barrier(len(doings), timeout=PATIENCE)

    def one(doing: Callable[[], Result]) -> Result | Exception:
        try:
            connection.ensure_connection()
            barrier.wait()
            return doing()
        except Exception as error:  # noqa: BLE001 - what stopped it is what the test asks about
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(doings)) as people:
        return list(people.map(one, doings))


def succeeded(outcomes: list[Result | Exception]) -> list[Result]:
    """Return the results of those who were not stopped."""
    return [one for one in outcomes if not isinstance(one, Exception)]


def stopped(outcomes: list[Result | Exception], *kinds: type[Exception]) -> list[Exception]:
    """Return what stopped the others, and fail when it is anything but these."""
    errors = [one for one in outcomes if isinstance(one, Exception)]
    strange = [repr(one) for one in errors if not isinstance(one, kinds)]
    assert not strange, strange
    return errors


@pytest.fixture(autouse=True)
def _the_trail_fits(transactional_db: None) -> Iterator[None]:
    """After each race the whole trail is recomputed, and the facts are held against it."""
    yield
    found = [str(problem) for problem in verification.problems()]
    assert not found, found


@pytest.fixture
def roomy(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Trial]:
    """The synthetic trial with another number of places."""

    def of(places: int) -> Trial:
        path = tmp_path_factory.mktemp("roomy") / "demo.yaml"
        planned = "enrolment: {planned: 10, warn_at: 8, ceiling: 10}"
        text = DEMO.read_text(encoding="utf-8")
        assert planned in text
        now = f"enrolment: {{planned: {places}, warn_at: {places}, ceiling: {places}}}"
        path.write_text(text.replace(planned, now), encoding="utf-8")
        return builders.trial_from(path)

    return of


@pytest.fixture
def colleague(demo: Trial, site_a: Site) -> Actor:
    """A second coordinator of site A."""
    return builders.person(Role.COORDINATOR, demo, site_a, username="colleague_a", name="Cleo Coordinator")
