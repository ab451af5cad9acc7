"""When the staff of a site is told about a visit, and when it is too late to say so."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class PlannedDays:
    """The days of one planned visit, in the site's calendar."""

    planned_on: date
    earliest: date
    latest: date


def due_on(when: str, days: int, planned: PlannedDays) -> date:
    """Return the day on which a reminder falls due: so many days before a point of the window, or after its end."""
    apart = timedelta(days=days)
    return {
        "before_window": planned.earliest - apart,
        "at_target": planned.planned_on - apart,
        "before_close": planned.latest - apart,
        "overdue": planned.latest + apart,
    }[when]


def worth_saying(when: str, today: date, planned: PlannedDays) -> bool:
    """Whether the reminder is still true today. After days without a worker nothing stale is sent."""
    return {
        "before_window": today <= planned.earliest,
        "at_target": today <= planned.planned_on,
        "before_close": today <= planned.latest,
        "overdue": today > planned.latest,
    }[when]
