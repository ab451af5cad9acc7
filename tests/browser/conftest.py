"""A real browser before a real server of this machine, with everything that goes wrong on a page written down."""

import datetime
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import modify_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, sync_playwright

from edc import clock
from tests.browser.person import Person
from tests.conftest import MORNING
from tests.walks.people import Cast, cast_of_trial

HOST = "127.0.0.1"
SCREENSHOTS = os.environ.get("EDC_TEST_SCREENSHOTS", "")


@pytest.fixture
def ticking() -> Iterator[clock.Fixed]:
    """A clock that starts on Monday 2 March 2026, 08:30 UTC, and moves on a little with every reading."""
    step = datetime.timedelta(milliseconds=400)
    with clock.fixed(at=MORNING, seed=1, step=step, every_thread=True) as held:
        yield held


@pytest.fixture
def cast(transactional_db: None, ticking: clock.Fixed) -> Cast:
    return cast_of_trial()


@pytest.fixture
def server(cast: Cast) -> Iterator[str]:
    """The application on 127.0.0.1 with its static files, each request with a connection of its own."""
    before = set(threading.enumerate())
    running = LiveServerThread(HOST, static_handler=StaticFilesHandler)
    running.daemon = True
    with modify_settings(ALLOWED_HOSTS={"append": HOST}):
        running.start()
        running.is_ready.wait()
        assert running.error is None
        yield f"http://{HOST}:{running.port}"
        running.terminate()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)  # each closes its connection to the database as it ends


@pytest.fixture
def browser(server: str, chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; the test reads the database in between, one thing at a time.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
        connections.close_all()  # within the loop the test had connections of its own


@pytest.fixture
def person(server: str, browser: Browser) -> Iterator[Callable[[], Person]]:
    """Somebody new at a browser of their own. At the end nobody may have met a fault."""
    people: list[Person] = []

    def sits_down() -> Person:
        context = browser.new_context(locale="en-GB")
        people.append(Person(context, server, Path(SCREENSHOTS) if SCREENSHOTS else None))
        return people[-1]

    yield sits_down
    assert [fault for each in people for fault in each.faults] == []
