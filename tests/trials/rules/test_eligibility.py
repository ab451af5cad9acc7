"""A verdict speaks about taking part, whatever the type of the criterion."""

import pytest

from trials.protocol.schema.identity import Criterion
from trials.rules.eligibility import in_words, standing_against, verdict
from trials.rules.expression import UNKNOWN


def criterion(type_: str, id_: str = "X1") -> Criterion:
    return Criterion.model_validate({"id": id_, "type": type_, "text": "Text", "rule": "true"})


@pytest.mark.parametrize(
    ("type_", "answer", "expected", "words"),
    [
        ("inclusion", True, "met", "Holds: may take part"),
        ("inclusion", False, "not_met", "Does not hold: may not take part"),
        ("exclusion", True, "not_met", "Applies: may not take part"),
        ("exclusion", False, "met", "Does not apply: may take part"),
        ("inclusion", UNKNOWN, "unknown", "Not known yet"),
        ("exclusion", UNKNOWN, "unknown", "Not known yet"),
    ],
)
def test_the_answer_of_a_rule_becomes_a_verdict(type_: str, answer: object, expected: str, words: str) -> None:
    one = criterion(type_)
    assert verdict(one, answer) == expected
    assert in_words(one, expected) == words


def test_only_what_is_met_does_not_stand_against_taking_part() -> None:
    criteria = [criterion("inclusion", each) for each in ("A", "B", "C", "D")]
    against = standing_against(criteria, {"A": "met", "B": "not_met", "C": "unknown"})
    assert [each.id for each in against] == ["B", "C", "D"]
