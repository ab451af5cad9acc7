"""What a verdict on a criterion means, and when a participant is eligible.

A verdict speaks about taking part. *Met* means that the criterion lets the participant take part: the sentence of an
inclusion criterion holds, the sentence of an exclusion criterion does not. *Not met* means that it forbids it. So a
participant is eligible when every criterion is met, of either type.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from trials.protocol.schema.identity import Criterion
from trials.rules.expression import UNKNOWN

MET = "met"
NOT_MET = "not_met"
UNKNOWN_YET = "unknown"

_WORDS = {
    ("inclusion", MET): "Holds: may take part",
    ("inclusion", NOT_MET): "Does not hold: may not take part",
    ("exclusion", MET): "Does not apply: may take part",
    ("exclusion", NOT_MET): "Applies: may not take part",
}


def verdict(criterion: Criterion, answer: Any) -> str:
    """The verdict, from what the rule answers to the sentence of the criterion: true, false or unknown."""
    if answer is UNKNOWN:
        return UNKNOWN_YET
    return MET if answer is (criterion.type == "inclusion") else NOT_MET


def in_words(criterion: Criterion, verdict: str) -> str:
    """A verdict as the page says it, for this type of criterion."""
    return _WORDS.get((criterion.type, verdict), "Not known yet")


def standing_against(criteria: Iterable[Criterion], verdicts: Mapping[str, str]) -> list[Criterion]:
    """The criteria that are not met or not decided, in the protocol's order. Empty: the participant is eligible."""
    return [each for each in criteria if verdicts.get(each.id) != MET]
