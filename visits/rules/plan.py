"""The calendar that a protocol and some known days give: which visits and infusions, planned for when.

Each target is reckoned from its anchor, never from the target before it. What hangs on a day that is not known
yet is left out; it is planned once the day is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from trials.protocol import Protocol
from trials.protocol.schema.schedule import Offset, Window
from trials.rules import calendar

AFTER_ALL_PLANNED = 1000
"""Position of unscheduled visits: to the right of everything that was planned."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that visits can hang on, as far as they are known."""

    baseline: date | None = None
    consent: date | None = None
    enrolment: date | None = None
    arm: date | None = None
    infusions: Mapping[int, date] = field(default_factory=dict)
    """The infusions that were given, by number."""
    visits: Mapping[str, date] = field(default_factory=dict)
    """The visits that took place, by code; the first of each code."""

    def of(self, anchor: str, last_infusion: int) -> list[tuple[int, date]]:
        """The known days of an anchor with the sequence that a visit hanging on it gets."""
        if anchor == "each_infusion":
            return sorted(self.infusions.items())
        if anchor.startswith("visit:"):
            day = self.visits.get(anchor.removeprefix("visit:"))
        elif anchor == "first_infusion":
            day = self.infusions.get(1)
        elif anchor == "last_infusion":
            day = self.infusions.get(last_infusion)
        else:
            day = {"baseline": self.baseline, "consent": self.consent, "enrolment": self.enrolment, "arm": self.arm}[
                anchor
            ]
        return [] if day is None else [(1, day)]


@dataclass(frozen=True, slots=True)
class Target:
    """One visit or infusion as it is planned."""

    code: str
    """The visit's code; empty for an infusion."""
    sequence: int
    """Which of the visits of this code, or the infusion's number."""
    position: int
    label: str
    anchor: str
    anchored_on: date
    planned_on: date
    earliest: date
    latest: date


def visits(protocol: Protocol, arm: str, days: Days) -> Iterator[Target]:
    """The visits of an arm whose anchor is known, in the order of the protocol."""
    last = protocol.infusions.number if protocol.infusions else 0
    for position, visit in enumerate(protocol.schedule.visits, start=1):
        if visit.arms is not None and arm not in visit.arms:
            continue
        for sequence, day in days.of(visit.anchor, last):
            label = visit.label.text()
            if visit.anchor == "each_infusion":
                label = f"{label} (infusion {sequence})"
            yield _target(visit.id, sequence, position, label, visit.anchor, day, visit.offset, visit.window)


def infusions(protocol: Protocol, arm: str, days: Days) -> Iterator[Target]:
    """The infusions of an arm, when their anchor is known."""
    planned = protocol.infusions
    if planned is None or arm not in planned.arms:
        return
    for _, day in days.of(planned.anchor, planned.number)[:1]:
        for number, offset in enumerate(planned.at, start=1):
            label = f"Infusion {number}"
            yield _target("", number, number, label, planned.anchor, day, offset, planned.window)


def _target(
    code: str, sequence: int, position: int, label: str, anchor: str, day: date, offset: Offset, window: Window
) -> Target:
    planned = calendar.add_offset(day, calendar.Offset(days=offset.days, weeks=offset.weeks, months=offset.months))
    earliest, latest = calendar.window(planned, window.before, window.after)
    return Target(code, sequence, position, label, anchor, day, planned, earliest, latest)
