"""The ceiling warns, then refuses."""

import pytest

from trials.protocol.schema.identity import Enrolment
from trials.rules import enrolment

PLAN = Enrolment(planned=10, warn_at=8, ceiling=10)


@pytest.mark.parametrize(
    ("enrolled", "warns", "refuses"),
    [(0, False, False), (7, False, False), (8, True, False), (9, True, False), (10, False, True), (11, False, True)],
)
def test_it_warns_from_the_protocols_number_and_refuses_at_the_ceiling(
    enrolled: int, warns: bool, refuses: bool
) -> None:
    assert bool(enrolment.warning(PLAN, enrolled)) is warns
    assert bool(enrolment.full(PLAN, enrolled)) is refuses


def test_it_says_how_many_places_are_left() -> None:
    assert enrolment.warning(PLAN, 9) == "9 of 10 participants are enrolled: 1 place is left."
    assert "2 places are left" in enrolment.warning(PLAN, 8)
