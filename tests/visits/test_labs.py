"""Results in the standard unit: exact digits in the text, nine places in the column, nothing invented."""

from decimal import Decimal

import pytest

from tests import builders
from trials.protocol import Protocol, load_file
from visits.forms.answer import Answer
from visits.labs import in_standard_unit, lab_results, plain
from visits.models import Entry, LabResult


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_file(builders.DEMO).protocol


def result(protocol: Protocol, stored: dict[str, str], *, withdrawn: bool = False) -> LabResult | None:
    entry = Entry(form="LAB", values={"LBDAT": {"text": "5 mar 2026", "value": "2026-03-05"}, "ALB": stored})
    entry.withdrawn = withdrawn
    return next(iter(lab_results(entry, protocol.form("LAB"), protocol)), None)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"text": "3.450", "unit": "g/dL"}, ("3.450", Decimal("3.45"), Decimal("34.5"), "34.5", "")),
        ({"text": "≤ 3.4", "value": "<=3.4", "unit": "g/dL"}, ("≤ 3.4", Decimal("3.4"), Decimal(34), "<=34", "<=")),
        ({"text": "0", "unit": "g/L"}, ("0", Decimal(0), Decimal(0), "0", "")),
        ({"missing": "ND"}, ("", None, None, "", "")),
        ({"text": "3.4", "unit": "gone"}, ("3.4", Decimal("3.4"), None, "", "")),
        (
            {"text": "0.000000000012345", "unit": "g/dL"},
            ("0.000000000012345", Decimal(0), Decimal(0), "0.00000000012345", ""),
        ),
    ],
)
def test_a_value_as_typed_and_in_the_standard_unit(
    protocol: Protocol, stored: dict[str, str], expected: tuple[str, Decimal | None, Decimal | None, str, str]
) -> None:
    row = result(protocol, stored)
    assert row is not None
    assert (row.text, row.value, row.standard_value, row.standard_text, row.comparator) == expected
    assert row.sampled_on == "2026-03-05"
    assert row.missing == stored.get("missing", "")


def test_a_number_too_large_for_the_column_stays_whole_in_the_text(protocol: Protocol) -> None:
    row = result(protocol, {"text": "999999999999999", "unit": "g/dL"})
    assert row is not None
    assert (row.value, row.standard_value) == (Decimal("999999999999999"), None)
    assert row.standard_text == "9999999999999990"


def test_a_withdrawn_form_has_no_results(protocol: Protocol) -> None:
    assert result(protocol, {"text": "34", "unit": "g/L"}, withdrawn=True) is None


def test_a_blank_answer_has_no_number(protocol: Protocol) -> None:
    assert in_standard_unit(protocol, protocol.form("LAB").item("ALB"), Answer(unit="g/L")) is None


@pytest.mark.parametrize(("number", "text"), [("34.500", "34.5"), ("100", "100"), ("1E+3", "1000"), ("0E-9", "0")])
def test_digits_without_what_says_nothing(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text
