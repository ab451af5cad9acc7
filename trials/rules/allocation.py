"""How a participant comes into an arm. One small class for each method; the protocol names the method."""

from abc import ABC, abstractmethod

from trials.protocol import Protocol


class NoArm(ValueError):
    """No arm can be assigned this way. `message` says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Method(ABC):
    """One way of coming into an arm."""

    name: str
    asks_for_arm: bool

    @abstractmethod
    def arm(self, protocol: Protocol, chosen: str) -> str:
        """Return the code of the arm, given what the investigator chose (empty where nothing is asked).

        Raises `NoArm` when there is none.
        """


class InvestigatorChoice(Method):
    """The investigator chooses the arm and says why."""

    name = "investigator_choice"
    asks_for_arm = True

    def arm(self, protocol: Protocol, chosen: str) -> str:
        if not chosen:
            raise NoArm("Choose an arm.")
        if chosen not in protocol.arms_by_code:
            raise NoArm(f"The protocol has no arm {chosen}. Choose one of its arms.")
        return chosen


METHODS: dict[str, Method] = {each.name: each for each in (InvestigatorChoice(),)}


def method_of(protocol: Protocol) -> Method:
    """The method that the protocol names. Raises `NoArm` for one that this software does not know."""
    name = protocol.allocation.method
    if name not in METHODS:
        raise NoArm(f"This version of the software cannot assign arms by the method {name.replace('_', ' ')}.")
    return METHODS[name]
