"""Whether a day that somebody typed can be, in words that say what to do."""

from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in_words(day: date) -> str:
    """The day as pages write it: 12 Mar 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def objection(
    day: date, *, today: date, not_before: date | None = None, event: str = "the start", allow_future: bool = False
) -> str:
    """Say why a day cannot be: it is still to come, or lies before the event that comes first. Empty when it can."""
    if day > today and not allow_future:
        return f"This day is still to come. Today is {day_in_words(today)} at the site. Type the day it happened."
    if not_before is not None and day < not_before:
        return f"This day lies before {event} on {day_in_words(not_before)}. Check both days."
    return ""
