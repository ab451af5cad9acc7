"""Laboratory values and numbers of cells: a number that means nothing without what is chosen beside it."""

from decimal import Decimal

import pytest

from tests.visits.forms.reading import ALB, CELLS, accepted, item, refusal, remarks
from trials.rules.expression import Between
from visits.forms.answer import Context
from visits.forms.kinds import KINDS


def test_a_laboratory_value_has_a_unit_and_is_reckoned_in_the_standard_one(context: Context) -> None:
    answer = accepted(ALB, context, "3.45", "g/dL")
    assert KINDS["lab"].value(ALB, answer, context) == Decimal("34.50")
    assert KINDS["lab"].cells(ALB, answer, context) == ["3.45", "g/dL", "", ""]
    assert KINDS["lab"].show(ALB, answer, context) == "3.45 g/dL"
    assert "The unit of Thing is missing. Choose g/L or g/dL." in refusal(ALB, context, "34.5")
    assert "is not a unit of Thing" in refusal(ALB, context, "34.5", "mg")


def test_the_only_unit_needs_no_choosing(context: Context) -> None:
    assert accepted(item("lab", analyte="ALB", units=("g/L",)), context, "34.5").unit == "g/L"


@pytest.mark.parametrize(
    ("text", "canonical"), [("<20", "<20"), ("< 20", "<20"), ("≤20", "<=20"), (">=20", ">=20"), ("＞20", ">20")]
)
def test_a_comparator_is_part_of_the_value(text: str, canonical: str, context: Context) -> None:
    answer = accepted(ALB, context, text, "g/L")
    assert answer.canonical == canonical
    assert KINDS["lab"].cells(ALB, answer, context) == ["20", "g/L", canonical.rstrip("20"), ""]


def test_rules_know_the_limits_of_a_value_below_detection(context: Context) -> None:
    assert KINDS["lab"].value(ALB, accepted(ALB, context, "<2.0", "g/dL"), context) == Between(Decimal(0), Decimal(20))
    assert "cannot be negative" in refusal(ALB, context, "<-2", "g/dL")


def test_a_value_typed_in_the_wrong_unit_is_asked_about_with_the_likely_unit(context: Context) -> None:
    assert remarks(ALB, context, "34.5", "g/dL") == [
        ("Thing 34.5 g/dL is far outside what a person can have (0.5–8 g/dL). Did you mean 34.5 g/L?", False)
    ]
    assert remarks(ALB, context, "34.5", "g/L") == []
    assert remarks(ALB, context, "<0.1", "g/dL") == [], "below detection anything low is possible"


def test_the_likely_unit_is_not_named_when_the_item_does_not_take_it(context: Context) -> None:
    only = item("lab", analyte="ALB", units=("g/dL",))
    [(message, hard)] = remarks(only, context, "34.5")
    assert not hard
    assert "(0.5–8 g/dL). Check the value and the unit" in message


@pytest.mark.parametrize("text", ["10E7", "1e7", "4.0x10^7", "4×10^7", "4 * 10^7", "4.0 × 10⁷", "10^7"])
def test_cells_as_free_text_are_refused(text: str, context: Context) -> None:
    assert "was not read" in refusal(CELLS, context, text, "10^7")


def test_cells_are_a_number_and_a_power_of_ten(context: Context) -> None:
    answer = accepted(CELLS, context, "4.0", "10^7")
    assert KINDS["cells"].value(CELLS, answer, context) == 40_000_000
    assert KINDS["cells"].show(CELLS, answer, context) == "4.0 × 10^7 cells"
    assert KINDS["cells"].cells(CELLS, answer, context) == ["40000000", "4.0", "10^7", ""]
    assert "power of ten is missing" in refusal(CELLS, context, "4.0")
    assert "not a whole number of cells" in refusal(CELLS, context, "4.00005", "10^4")
    assert remarks(CELLS, context, "4.0", "10^10")[0][1]
