"""A trial with many empty forms, on PostgreSQL, with commits that reach the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from edc.access.actor import Actor
from edc.access.roles import Role
from tests import builders
from trials.models import Subject, Trial

PROTOCOL = Path(__file__).resolve().parents[2] / "trials" / "protocols" / "NCT01573923.yaml"
ITEMS = 25
FORM = """
  - id: F25
    title: Twenty-five numbers
    sections:
      - id: ALL
        title: Numbers
        items:
"""
SCREENING = {
    "DM": {"BRTHDAT": "1975-05-17", "SEX": "M"},
    "ELIG": {"CIRRH": "DECOMP", "TUMYN": "N", "HIVRES": "NEG", "TRANSYN": "N", "IMMSUPYN": "N"},
    "CP": {
        "CPDAT": "2024-03-01",
        "CPASC": "2",
        "CPENC": "1",
        "CPBIL": "2",
        "CPALB": "2",
        "CPINR": "1",
        "CPTOT": "8",
    },
}


def with_form_of_25(text: str) -> str:
    """Return the protocol with one more form of 25 decimals, at every visit that has a laboratory panel."""
    items = "".join(
        f"          - {{id: N{number:02}, kind: decimal, label: Number {number}, decimals: 1, low: 0, high: 500}}\n"
        for number in range(1, ITEMS + 1)
    )
    text = text.replace("\nforms:\n", "\nforms:" + FORM + items, 1)
    return text.replace("forms: [VS, LAB, SYMP", "forms: [F25, VS, LAB, SYMP").replace(
        "code: NCT01573923", "code: BENCH", 1
    )


@pytest.fixture
def only_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Measured on PostgreSQL; set DATABASE_URL.")


@pytest.fixture
def bench_trial(only_postgresql: None, transactional_db: None, tmp_path: Path) -> Trial:
    path = tmp_path / "bench.yaml"
    path.write_text(with_form_of_25(PROTOCOL.read_text(encoding="utf-8")), encoding="utf-8")
    return builders.trial_from(path)


@pytest.fixture
def coordinator(bench_trial: Trial) -> Actor:
    return builders.person(Role.COORDINATOR, bench_trial, builders.site(bench_trial, "BJ"))


@pytest.fixture
def participants(bench_trial: Trial) -> Callable[[int], list[Subject]]:
    """Enrols so many participants at Beijing, through the operations."""

    def enrol(number: int) -> list[Subject]:
        return [builders.enrolled_subject(bench_trial, "BJ", arm="CONV", forms=SCREENING) for _ in range(number)]

    return enrol
