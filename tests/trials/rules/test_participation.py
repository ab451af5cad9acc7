"""Which state of a participation may follow which."""

import itertools

import pytest

from trials.rules import participation as p

STATES = tuple(p.WORDS)
ALLOWED = {
    (p.SCREENING, p.SCREEN_FAILED),
    (p.SCREENING, p.ON_STUDY),
    (p.SCREENING, p.WITHDRAWN),
    (p.SCREENING, p.LOST),
    (p.SCREENING, p.DIED),
    (p.ON_STUDY, p.COMPLETED),
    (p.ON_STUDY, p.WITHDRAWN),
    (p.ON_STUDY, p.LOST),
    (p.ON_STUDY, p.DIED),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(STATES, STATES)))
def test_every_pair_is_either_allowed_or_refused_in_a_sentence(old: str, new: str) -> None:
    said = p.refusal(old, new)
    assert (said == "") is ((old, new) in ALLOWED)
    assert said == "" or (said[0].isupper() and said.endswith("."))


def test_a_participation_that_never_began_is_not_completed() -> None:
    assert "has not begun" in p.refusal(p.SCREENING, p.COMPLETED)
