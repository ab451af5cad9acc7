"""A slot is written and read in one way, and nothing else is a slot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.rules.slots import Slot, SlotError, event_slot, infusion_slot, log_slot, visit_slot

CODES = st.from_regex(r"[A-Z][A-Z0-9]{0,7}", fullmatch=True)
NUMBERS = st.integers(min_value=1, max_value=9999)


@pytest.mark.parametrize(
    ("slot", "text", "place"),
    [
        (visit_slot("M3", 1, "LAB"), "visit:M3/1/LAB/1", "visit:M3/1"),
        (visit_slot("LAB", 2, "LAB", 3), "visit:LAB/2/LAB/3", "visit:LAB/2"),
        (infusion_slot(2, "INF"), "infusion:2/INF/1", "infusion:2"),
        (event_slot(3, "AE"), "event:3/AE/1", "event:3"),
        (log_slot("CM", 4), "log/CM/4", ""),
    ],
)
def test_a_slot_is_its_text(slot: Slot, text: str, place: str) -> None:
    assert str(slot) == text
    assert Slot.parse(text) == slot
    assert slot.place == place


@given(CODES, NUMBERS, CODES, NUMBERS)
def test_every_visit_slot_comes_back(visit: str, occasion: int, form: str, sequence: int) -> None:
    slot = visit_slot(visit, occasion, form, sequence)
    assert Slot.parse(str(slot)) == slot


@given(st.text())
def test_any_other_text_is_refused_and_never_an_accident(text: str) -> None:
    try:
        slot = Slot.parse(text)
    except SlotError:
        return
    assert str(slot) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "visit:M3/1/LAB",
        "visit:M3/0/LAB/1",
        "visit:M3/1/LAB/01",
        "log/CM/4\n",
        "log/cm/1",
        "event:0/AE/1",
        "log/CM/٣",
    ],
)
def test_what_is_nearly_a_slot_is_refused(text: str) -> None:
    with pytest.raises(SlotError):
        Slot.parse(text)
