"""A protocol is shown as text in which nothing that people work by is left out."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.trials.protocol.mistakes import DEMO
from trials.protocol import load_file, show
from trials.protocol.diff import say_cells

SHIPPED = Path(__file__).resolve().parents[3] / "trials" / "protocols"


@pytest.mark.parametrize("file", [DEMO, *sorted(SHIPPED.glob("*.yaml"))], ids=lambda one: one.stem)
def test_everything_is_shown(file: Path) -> None:
    protocol = load_file(file).protocol
    text = " ".join(show(protocol).split())
    for form in protocol.forms:
        assert f"Form {form.id}: {form.title.text()}" in text
        for item in form.all_items():
            assert f"{item.id}: {' '.join(item.label.text().split())}" in text
        for check in form.checks:
            assert f"Check {check.id}:" in text
    for visit in protocol.schedule.visits:
        assert f"{visit.id} {visit.label}: {visit.offset} after" in text
    for criterion in protocol.eligibility:
        assert f"{criterion.id} {criterion.type}: {criterion.text}" in text
    for site in protocol.sites:
        assert site.label in text


def test_what_is_assumed_is_marked() -> None:
    text = show(load_file(SHIPPED / "NCT01573923.yaml").protocol)
    assert "POTAS: Potassium: laboratory value in mmol/L or mEq/L, required [assumed]" in text
    assert "ALB: Albumin: laboratory value in g/L or g/dL, required\n" in text


def test_another_language_is_shown_where_there_is_one() -> None:
    text = show(load_file(DEMO).protocol, "de")
    assert "Synthetische Beispielstudie" in text
    assert "SEX: Geschlecht: one of Weiblich / Männlich, required" in text


@pytest.mark.parametrize(
    ("amount", "said"), [("4e7", "4×10⁷"), ("40000000", "4×10⁷"), ("1.05e6", "1.05×10⁶"), ("0", "0")]
)
def test_cells_are_said_with_a_power_of_ten(amount: str, said: str) -> None:
    assert say_cells(Decimal(amount)) == said
