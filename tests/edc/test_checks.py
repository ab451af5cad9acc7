from types import SimpleNamespace

import pytest
from django.db import connection

from edc import checks
from edc.audit import triggers


def ids(found: list[checks.checks.CheckMessage]) -> list[str | None]:
    return [each.id for each in found]


def test_the_settings_as_they_stand_are_what_the_design_fixes() -> None:
    assert checks.check_fixed_settings() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASES", {"default": {"ATOMIC_REQUESTS": True}}, "edc.E001"),
        ("TIME_ZONE", "America/Chicago", "edc.E002"),
        ("SIMPLE_HISTORY_ENABLED", False, "edc.E003"),
        ("INSTALLED_APPS", ["django.contrib.admin"], "edc.E004"),
    ],
)
def test_a_setting_that_breaks_the_design_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, expected: str
) -> None:
    as_designed = {"DATABASES": {}, "USE_TZ": True, "TIME_ZONE": "UTC", "INSTALLED_APPS": []}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(**(as_designed | {name: value})))
    assert ids(checks.check_fixed_settings()) == [expected]


@pytest.mark.django_db
def test_the_database_as_it_stands_keeps_what_it_acknowledged() -> None:
    assert checks.check_database() == []


@pytest.mark.django_db
def test_a_database_that_may_forget_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, name = (
        (checks.SQLITE_PRAGMAS, "synchronous")
        if connection.vendor == "sqlite"
        else (checks.POSTGRESQL_SETTINGS, "fsync")
    )
    monkeypatch.setitem(wanted, name, "something else")
    (found,) = checks.check_database()
    assert found.id == "edc.E011"
    assert name in found.msg


@pytest.mark.django_db
def test_a_plain_check_names_a_missing_trigger() -> None:
    assert checks.check_audit_triggers() == []
    trigger = triggers.expected(connection)[0]
    with connection.cursor() as cursor:
        cursor.execute(triggers.drop(connection, trigger))
    (found,) = checks.check_audit_triggers()
    assert found.id == "edc.E020"
    assert str(trigger) in found.msg
