"""What every test stands on: one fast database, a clock in the hand, no outside world."""

import datetime
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.test import TransactionTestCase

from edc import celery, clock
from edc.audit import triggers

pytest_plugins = ["tests.cast", "tests.program"]

REQUIRE_SERVICES = os.environ.get("EDC_REQUIRE_SERVICES") == "1"
REDIS_URL = os.environ.get("EDC_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
CHROMIUM = os.environ.get("EDC_TEST_CHROMIUM") or shutil.which("chromium") or ""
MORNING = datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)
# Read by pytest. Without what `make e2e` installs, the files that import it cannot even be collected.
DRIVER = importlib.util.find_spec("playwright") is not None
collect_ignore = [] if DRIVER else ["browser", "visits/forms/test_entry_script.py"]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_report_header() -> str:
    return "" if DRIVER else "Tests in the browser are left out: Playwright is not installed. `make e2e` installs it."


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a directory of its own, so that runs side by side do not meet."""
    own = Path(tempfile.mkdtemp(prefix="edc-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(own, ignore_errors=True))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.VARIABLE_FILES = own
    # Each test client would list all files of all packages; the live server finds them without.
    settings.WHITENOISE_USE_FINDERS = False
    settings.EMAIL_FILE_PATH = str(own / "outbox")
    celery.app.conf.update(broker_url="memory://", broker_transport_options={})
    if _on("sqlite"):
        # A file, not memory: several connections, write-ahead log and locks as in the real thing.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(own / "test.sqlite3")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("postgresql") and not _on("postgresql"):
            # Not a missing service: the suite is run a second time, with DATABASE_URL, for these.
            item.add_marker(pytest.mark.skip(reason="This run is on SQLite; set DATABASE_URL to PostgreSQL."))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("redis") and not _listens(REDIS_URL):
        _missing(f"No Redis answers at {REDIS_URL}.")
    if item.get_closest_marker("browser") and not CHROMIUM:
        _missing("Chromium is not installed.")


@pytest.fixture(autouse=True)
def _no_outside_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but to this machine."""
    connect = socket.socket.connect

    def only_here(own: socket.socket, address: object) -> None:
        if own.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:  # type: ignore[index]
            raise AssertionError(f"A test reached for the network: {address}.")
        connect(own, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Let tests that commit be cleaned up: triggers away, flush, triggers back. Inside each test they are on."""
    flush = TransactionTestCase._fixture_teardown

    def flush_between(case: TransactionTestCase) -> None:
        connection = connections["default"]
        with transaction.atomic(), connection.cursor() as cursor:
            for trigger in triggers.expected(connection):
                cursor.execute(triggers.drop(connection, trigger))
        flush(case)
        triggers.establish(connection)

    TransactionTestCase._fixture_teardown = flush_between
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture(autouse=True)
def _snapshot_sees_what_the_test_wrote(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the alias for reading share the connection of the test: nothing is committed that another could see."""
    if "_django_db_helper" in request.fixturenames:
        # Its guard over other aliases must be up before, and must not meet the shared connection.
        request.getfixturevalue("_django_db_helper")
    own = connections["snapshot"]
    connections["snapshot"] = connections["default"]
    yield
    connections["snapshot"] = own


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Let no test see what another one counted or kept."""
    yield
    cache.clear()


@pytest.fixture
def frozen_clock() -> Iterator[clock.Fixed]:
    """Hold the clock at Monday 2 March 2026, 08:30 UTC, for every thread; keys repeat from run to run."""
    with clock.fixed(at=MORNING, seed=1, every_thread=True) as held:
        yield held


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Return the address of a Redis database that tests may empty. Use together with the mark `redis`."""
    return REDIS_URL


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium program. Use together with the mark `browser`."""
    return CHROMIUM


def _on(vendor: str) -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith(vendor) or (
        vendor == "sqlite" and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    )


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=1):
            return True
    except OSError:
        return False


def _missing(reason: str) -> None:
    """Skip a test whose service is not there; where services are promised, fail instead."""
    if REQUIRE_SERVICES:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
