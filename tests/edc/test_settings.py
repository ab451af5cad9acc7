import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

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


def test_writing_through_the_snapshot_is_refused(tmp_path: Path) -> None:
    write = "from django.db import connections; connections['{0}'].cursor().execute('CREATE TABLE written_{0} (row)')"
    variables = {"EDC_VAR": str(tmp_path)}
    assert manage("shell", "-v0", "-c", write.format("default"), **variables).returncode == 0
    told = manage("shell", "-v0", "-c", write.format("snapshot"), **variables)
    assert "attempt to write a readonly database" in told.stderr


def test_axes_looks_at_each_answer_last_and_the_static_files_come_first() -> None:
    assert settings.MIDDLEWARE[-1] == "axes.middleware.AxesMiddleware"
    assert settings.MIDDLEWARE[1] == "whitenoise.middleware.WhiteNoiseMiddleware"


def test_the_administration_pages_of_the_framework_are_not_installed() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
