"""From which state a participation may go to which, and in which words it is refused."""

SCREENING = "screening"
SCREEN_FAILED = "screen_failed"
ON_STUDY = "on_study"
COMPLETED = "completed"
WITHDRAWN = "withdrawn"
LOST = "lost"
DIED = "died"

WORDS = {
    SCREENING: "in screening",
    SCREEN_FAILED: "a screen failure",
    ON_STUDY: "on study",
    COMPLETED: "completed",
    WITHDRAWN: "withdrawn",
    LOST: "lost to follow-up",
    DIED: "dead",
}
# Who withdraws, is lost or dies in screening never was on study, yet the reason is one of these and no failed
# criterion. Nobody completes a participation that did not begin.
ALLOWED: dict[str, frozenset[str]] = {
    SCREENING: frozenset({SCREEN_FAILED, ON_STUDY, WITHDRAWN, LOST, DIED}),
    ON_STUDY: frozenset({COMPLETED, WITHDRAWN, LOST, DIED}),
}


def refusal(old: str, new: str) -> str:
    """Say why a participation cannot go from one state to another; empty when it can."""
    if new in ALLOWED.get(old, frozenset()):
        return ""
    if old == new:
        return f"The participant is recorded as {WORDS[old]} already."
    if old == SCREENING:
        return "The participation has not begun: no arm is assigned. Record why the screening ended instead."
    if old == ON_STUDY:
        return f"The participant is on study and can no longer be recorded as {WORDS[new]}."
    return f"The participation has ended: the participant is recorded as {WORDS[old]}, which cannot be changed."
