"""Whether a typed day can be."""

from datetime import date

import pytest

from trials.rules.dates import day_in_words, objection

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "not_before", "said"),
    [
        (TODAY, None, ""),
        (date(2026, 3, 3), None, "still to come"),
        (date(2026, 2, 1), date(2026, 2, 1), ""),
        (date(2026, 1, 31), date(2026, 2, 1), "before the consent on 1 Feb 2026"),
    ],
)
def test_a_day_to_come_or_too_early_is_objected_to(day: date, not_before: date | None, said: str) -> None:
    found = objection(day, today=TODAY, not_before=not_before, event="the consent")
    assert (found == "") is (said == "")
    assert said in found


def test_a_day_is_written_so_that_day_and_month_cannot_be_mixed_up() -> None:
    assert day_in_words(date(2026, 3, 4)) == "4 Mar 2026"
