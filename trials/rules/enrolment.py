"""How near enrolment is to its ceiling, and what is said about it. The ceiling counts those who have an arm."""

from trials.protocol.schema.identity import Enrolment


def full(plan: Enrolment, enrolled: int) -> str:
    """Say that nobody more can be enrolled; empty while there is room."""
    if enrolled < plan.ceiling:
        return ""
    return (
        f"All {plan.ceiling} places of the trial are taken. Nobody more is screened or enrolled "
        "unless the protocol is amended."
    )


def warning(plan: Enrolment, enrolled: int) -> str:
    """Say how many places are left once the protocol's warning is reached; empty before that."""
    if plan.warn_at is None or enrolled < plan.warn_at or enrolled >= plan.ceiling:
        return ""
    left = plan.ceiling - enrolled
    return (
        f"{enrolled} of {plan.ceiling} participants are enrolled: {left} place{'s are' if left != 1 else ' is'} left."
    )
