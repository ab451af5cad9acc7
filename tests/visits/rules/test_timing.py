"""A visit's standing in time, and the words for a visit outside its window."""

from datetime import date

import pytest

from trials.rules.calendar import Timing
from visits.rules.timing import Standing, departure_words, standing

PLANNED, OPENS, CLOSES = date(2026, 3, 15), date(2026, 3, 8), date(2026, 3, 22)


@pytest.mark.parametrize(
    ("done", "today", "expected"),
    [
        (None, date(2026, 3, 7), Standing(Timing.PLANNED)),
        (None, date(2026, 3, 8), Standing(Timing.DUE)),
        (None, date(2026, 3, 22), Standing(Timing.DUE)),
        (None, date(2026, 3, 25), Standing(Timing.OVERDUE, 3)),
        (date(2026, 3, 8), date(2026, 4, 1), Standing(Timing.ON_TIME)),
        (date(2026, 3, 7), date(2026, 4, 1), Standing(Timing.EARLY, 1)),
        (date(2026, 3, 24), date(2026, 4, 1), Standing(Timing.LATE, 2)),
    ],
)
def test_standing(done: date | None, today: date, expected: Standing) -> None:
    assert standing(PLANNED, OPENS, CLOSES, done, today) == expected


def test_a_visit_without_a_window_is_never_late() -> None:
    assert standing(None, None, None, date(2026, 3, 24), date(2026, 4, 1)) == Standing(Timing.ON_TIME)


def test_the_deviation_says_how_far_outside() -> None:
    assert departure_words("Month 3", Standing(Timing.EARLY, 1), OPENS, CLOSES) == (
        "Month 3 took place 1 day before its window opened (2026-03-08 to 2026-03-22)."
    )
    assert "2 days after its window closed" in departure_words("Month 3", Standing(Timing.LATE, 2), OPENS, CLOSES)
