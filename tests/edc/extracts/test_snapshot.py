"""An extract is one moment of the database, whatever is saved while it is written."""

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import load_backend

from edc.access.actor import Actor
from edc.extracts import making
from tests import builders
from trials.models import Subject, Trial
from trials.reading import Reading

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "snapshot"])


@pytest.fixture
def _real_snapshot(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reading connection as it is in earnest: of its own, and for reading only."""
    described = connections["default"].settings_dict | {"OPTIONS": settings.DATABASES["snapshot"]["OPTIONS"]}
    shared = connections["snapshot"]
    connections["snapshot"] = load_backend(described["ENGINE"]).DatabaseWrapper(described, "snapshot")
    monkeypatch.setattr(making, "SNAPSHOT", "snapshot")
    yield
    connections["snapshot"].close()
    connections["snapshot"] = shared


@pytest.mark.usefixtures("_real_snapshot")
def test_what_is_saved_meanwhile_is_not_in_it(
    demo: Trial, data_manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.screened_subject(demo, "AA")
    taken_at = making._snapshot

    def busy(of: Reading) -> Any:
        moment = taken_at(of)
        builders.screened_subject(demo, "BB")
        return moment

    monkeypatch.setattr(making, "_snapshot", busy)
    with making.extract(by=data_manager, trial=demo, variant="exact").file as file:
        archive = zipfile.ZipFile(file)
        tables = {
            name: list(csv.DictReader(io.StringIO(archive.read(f"{name}.exact.csv").decode(), newline="")))
            for name in ("subjects", "consents", "visits", "audit_acts", "audit_changes")
        }
    assert Subject.objects.count() == 2
    for name, rows in tables.items():
        assert {row["SUBJECT"] for row in rows} - {""} == {"AA-001"}, name
