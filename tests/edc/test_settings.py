import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a new process with only these variables of ours."""
    ours = ("EDC_", "DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "CACHE_URL", "EMAIL_URL", "CELERY_", "DJANGO_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=bare | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def production(tmp_path: Path) -> dict[str, str]:
    return {
        "EDC_MODE": "production",
        "EDC_VAR": str(tmp_path),
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ALLOWED_HOSTS": "edc.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'edc.sqlite3'}",
    }


def test_the_process_does_not_start_on_nonsense_and_shows_no_traceback(tmp_path: Path) -> None:
    told = manage("check", EDC_MODE="production", EDC_VAR=str(tmp_path), EDC_PROXIES="many")
    assert told.returncode != 0
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EDC_PROXIES"):
        assert name in told.stderr
    assert "Traceback" not in told.stderr


def test_the_production_configuration_passes_every_deployment_check(tmp_path: Path) -> None:
    variables = production(tmp_path)
    migrated = manage("migrate", "-v0", **variables)
    assert migrated.returncode == 0, migrated.stderr
    told = manage("check", "--deploy", "--fail-level", "WARNING", **variables)
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


@pytest.mark.django_db
def test_the_database_keeps_what_it_acknowledged() -> None:
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = {}
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers"):
                cursor.execute(f"PRAGMA {pragma}")
                found[pragma] = cursor.fetchone()[0]
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
            assert connection.transaction_mode == "IMMEDIATE"
        else:
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("on",)


def test_no_request_is_one_transaction() -> None:
    assert [name for name, each in settings.DATABASES.items() if each["ATOMIC_REQUESTS"]] == []


@pytest.fixture
def snapshot(transactional_db: None) -> Iterator[BaseDatabaseWrapper]:
    """The snapshot alias as it is in earnest; other tests share its connection with the default."""
    described = connections["default"].settings_dict | {"OPTIONS": settings.DATABASES["snapshot"]["OPTIONS"]}
    shared = connections["snapshot"]
    connections["snapshot"] = load_backend(described["ENGINE"]).DatabaseWrapper(described, "snapshot")
    yield connections["snapshot"]
    connections["snapshot"].close()
    connections["snapshot"] = shared


both = pytest.mark.django_db(transaction=True, databases=["default", "snapshot"])


@both
def test_writing_through_the_snapshot_is_refused(snapshot: BaseDatabaseWrapper) -> None:
    with snapshot.cursor() as cursor, pytest.raises(DatabaseError, match=r"readonly database|read-only transaction"):
        cursor.execute("CREATE TABLE written (at_row integer)")


@both
def test_the_snapshot_sees_one_moment_from_its_first_read_to_its_last(snapshot: BaseDatabaseWrapper) -> None:
    def rows() -> int:
        with snapshot.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM moment")
            return cursor.fetchone()[0]

    with connections["default"].cursor() as writing:
        writing.execute("CREATE TABLE moment (row_number integer)")
        with transaction.atomic(using="snapshot"):
            assert rows() == 0
            writing.execute("INSERT INTO moment VALUES (1)")
            assert rows() == 0
        assert rows() == 1
        writing.execute("DROP TABLE moment")


def test_axes_looks_at_each_answer_last_and_the_static_files_come_first() -> None:
    assert settings.MIDDLEWARE[-1] == "axes.middleware.AxesMiddleware"
    assert settings.MIDDLEWARE[1] == "whitenoise.middleware.WhiteNoiseMiddleware"


def test_the_administration_pages_of_the_framework_are_not_installed() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
