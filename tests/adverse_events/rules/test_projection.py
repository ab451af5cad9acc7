"""What a report says of an event, by tables of examples; seriousness by the rule of the liver trial."""

from pathlib import Path
from typing import Any

import pytest

from adverse_events.rules.projection import Projection, date_in_words, grade_words, project
from tests.builders import DEMO
from trials.protocol import Protocol, load_file

LIVER = Path(__file__).resolve().parents[3] / "trials" / "protocols" / "NCT01573923.yaml"
NOTHING_SERIOUS = dict.fromkeys(("AESDTH", "AESLIFE", "AESDISAB", "AESHOSP", "AESCONG", "AESMIE"), "N")


@pytest.fixture(scope="module")
def liver() -> Protocol:
    return load_file(LIVER).protocol


@pytest.fixture(scope="module")
def demo_protocol() -> Protocol:
    return load_file(DEMO).protocol


def stored(**typed: str) -> dict[str, Any]:
    return {name: {"missing": "UNK"} if text == "UNK" else {"text": text} for name, text in typed.items()}


def serious(protocol: Protocol, **typed: str) -> bool | None:
    return project(protocol, stored(**typed)).serious


def test_a_liver_cancer_is_serious_whatever_its_grade(liver: Protocol) -> None:
    for grade in ("0", "1", "4"):
        assert serious(liver, AEGRADE=grade, AETUMOR="HCC", **NOTHING_SERIOUS) is True
    assert serious(liver, AEGRADE="1", AETUMOR="HCC") is True


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({**NOTHING_SERIOUS, "AETUMOR": "NO"}, False),
        ({**NOTHING_SERIOUS, "AETUMOR": "NO", "AEGRADE": "4"}, False),
        ({**NOTHING_SERIOUS, "AETUMOR": "OTHER"}, True),
        ({**NOTHING_SERIOUS, "AETUMOR": "UNK"}, None),
        (NOTHING_SERIOUS, None),
        ({**NOTHING_SERIOUS, "AETUMOR": "NO", "AESMIE": "UNK"}, None),
        ({"AESDTH": "Y"}, True),
        ({"AESLIFE": "Y", "AETUMOR": "UNK"}, True),
        ({"AESDISAB": "Y"}, True),
        ({"AESHOSP": "Y"}, True),
        ({"AESCONG": "Y"}, True),
        ({"AESMIE": "Y"}, True),
        ({}, None),
    ],
)
def test_one_yes_decides_and_what_is_missing_leaves_it_open(
    liver: Protocol, typed: dict[str, str], answer: bool | None
) -> None:
    assert serious(liver, **typed) is answer


def test_a_report_is_read_by_the_items_that_the_protocol_names(demo_protocol: Protocol) -> None:
    values = {
        "AETERM": {"text": "Headache"},
        "AESTDAT": {"text": "mar 2026", "value": "2026-03"},
        "AEENDAT": {"missing": "UNK"},
        "AEGRADE": {"text": "2"},
        "AESER": {"text": "N"},
    }
    assert project(demo_protocol, values) == Projection("Headache", "2", False, "2026-03", "")
    assert project(demo_protocol, {}) == Projection()


def test_a_grade_has_its_word(demo_protocol: Protocol, liver: Protocol) -> None:
    assert grade_words(demo_protocol, "2") == "2, Moderate"
    assert grade_words(liver, "2") == "2, Moderate discomfort, affects daily life and work"
    assert grade_words(liver, "") == ""
    assert grade_words(liver, "9") == "9"


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2026-03-05", "5 March 2026"), ("2026-03", "March 2026, day unknown"), ("", "")],
)
def test_a_date_may_be_partial(iso: str, words: str) -> None:
    assert date_in_words(iso) == words
