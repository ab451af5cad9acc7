import os
from pathlib import Path

import pytest

from edc import environment

PRODUCTION = {
    "EDC_MODE": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "edc.example.org,www.example.org",
    "DATABASE_URL": "postgres://edc:p%40ss@db.example.org:5433/edc",
}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any of our variables, and a directory for files."""
    for name in list(os.environ):
        if name.startswith("EDC_") or name in {*PRODUCTION, "CACHE_URL", "EMAIL_URL", "CELERY_BROKER_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("EDC_VAR", str(tmp_path))
    return monkeypatch


def test_with_nothing_set_it_is_a_demo_on_one_machine(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read = environment.read()
    assert read.mode == "demo"
    assert read.database["NAME"] == str(tmp_path / "edc.sqlite3")
    assert read.broker_url == "filesystem://"
    assert read.email["EMAIL_FILE_PATH"] == str(tmp_path / "outbox")
    assert (read.session_idle_minutes, read.session_hours) == (20, 12)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = environment.read().secret_key, environment.read().secret_key
    assert first == second
    assert len(first) >= environment.SECRET_KEY_LENGTH
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"secret.key", "checkpoint.key"}


def test_production_names_all_that_it_misses_at_once(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("EDC_MODE", "production")
    with pytest.raises(environment.WrongSettings) as refused:
        environment.read()
    assert set(refused.value.problems) == {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"}
    for name in refused.value.problems:
        assert name in str(refused.value)


def test_production_reads_what_it_is_given(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in PRODUCTION.items():
        variables.setenv(name, value)
    variables.setenv("CELERY_BROKER_URL", "redis://queue.example.org:6379/0")
    read = environment.read()
    assert read.production
    assert read.allowed_hosts == ["edc.example.org", "www.example.org"]
    assert read.database["PASSWORD"] == "p@ss"
    assert (read.database["CONN_MAX_AGE"], read.database["CONN_HEALTH_CHECKS"]) == (60, True)
    assert read.cache["LOCATION"] == "redis://queue.example.org:6379/0"
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EDC_MODE", "prod"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://edc.example.org"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://user@host/edc"),
        ("CACHE_URL", "nonsense://"),
        ("EMAIL_URL", "pigeon://post"),
        ("CELERY_BROKER_URL", "localhost"),
        ("EDC_PUBLIC_URL", "edc.example.org"),
        ("EDC_MAIL_FROM", "nobody"),
        ("EDC_PROXIES", "-1"),
        ("EDC_SESSION_IDLE_MINUTES", "0"),
        ("EDC_SESSION_HOURS", "twelve"),
        ("EDC_LOCK_AFTER_FAILURES", "0"),
        ("EDC_SECOND_FACTOR", "perhaps"),
        ("EDC_API_RATE", "lots"),
        ("EDC_LOG_LEVEL", "LOUD"),
        ("EDC_SESSION_IDLE_MINUTE", "20"),
    ],
)
def test_a_wrong_value_is_refused_by_name(variables: pytest.MonkeyPatch, name: str, value: str) -> None:
    variables.setenv(name, value)
    with pytest.raises(environment.WrongSettings) as refused:
        environment.read()
    assert set(refused.value.problems) == {name}
    assert value not in str(refused.value).replace(name, "") or name != "SECRET_KEY"


def test_all_wrong_values_are_named_at_once(variables: pytest.MonkeyPatch) -> None:
    for name, value in (("EDC_MODE", "prod"), ("EDC_HOURS", "1"), ("DATABASE_URL", "x"), ("EDC_PROXIES", "many")):
        variables.setenv(name, value)
    with pytest.raises(environment.WrongSettings) as refused:
        environment.read()
    assert set(refused.value.problems) == {"EDC_MODE", "EDC_HOURS", "DATABASE_URL", "EDC_PROXIES"}
