"""How an arm comes about."""

import pytest

from tests.builders import DEMO
from trials.protocol import Protocol, load_file
from trials.rules.allocation import NoArm, method_of


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_file(DEMO).protocol


def test_the_investigator_chooses_one_of_the_protocols_arms(protocol: Protocol) -> None:
    method = method_of(protocol)
    assert method.asks_for_arm
    assert method.arm(protocol, "CELL") == "CELL"


@pytest.mark.parametrize(("chosen", "said"), [("", "Choose an arm"), ("NONE", "no arm NONE")])
def test_no_arm_or_another_arm_is_refused(protocol: Protocol, chosen: str, said: str) -> None:
    with pytest.raises(NoArm, match=said):
        method_of(protocol).arm(protocol, chosen)


def test_a_method_that_this_version_does_not_know_is_refused_by_name(protocol: Protocol) -> None:
    other = protocol.model_copy(
        update={"allocation": protocol.allocation.model_copy(update={"method": "minimisation"})}
    )
    with pytest.raises(NoArm, match="minimisation"):
        method_of(other)
