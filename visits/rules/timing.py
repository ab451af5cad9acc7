"""How a visit stands in time, from its dates alone: planned, due, overdue; seen early, on time or late."""

from dataclasses import dataclass
from datetime import date

from trials.rules.calendar import Timing, visit_timing


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a visit stands, and by how many days it missed its window (0 when it did not)."""

    timing: Timing
    days: int = 0

    @property
    def outside(self) -> bool:
        """Whether the visit took place outside its window."""
        return self.timing in {Timing.EARLY, Timing.LATE}


def standing(
    planned: date | None, earliest: date | None, latest: date | None, done: date | None, today: date
) -> Standing:
    """Where a visit stands. Without a window (screening, unscheduled) it is on time on whatever day it took place."""
    if planned is None or earliest is None or latest is None:
        return Standing(Timing.PLANNED if done is None else Timing.ON_TIME)
    timing = visit_timing(planned, earliest, latest, done, today)
    if timing is Timing.EARLY and done is not None:
        return Standing(timing, (earliest - done).days)
    if timing in {Timing.LATE, Timing.OVERDUE}:
        return Standing(timing, ((done or today) - latest).days)
    return Standing(timing)


def departure_words(label: str, stands: Standing, earliest: date, latest: date) -> str:
    """The sentence of the deviation for a visit outside its window."""
    days = f"{stands.days} day{'' if stands.days == 1 else 's'}"
    side = "before its window opened" if stands.timing is Timing.EARLY else "after its window closed"
    return f"{label} took place {days} {side} ({earliest.isoformat()} to {latest.isoformat()})."
