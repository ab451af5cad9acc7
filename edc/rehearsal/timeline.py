"""Many courses at once, on one clock: what happens first is done first, whoever it happens to.

A course is a generator that yields the moment at which it wants to go on. Acts therefore come in the order of time,
as they do in a real trial, and keys and chains grow as they would.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from edc.clock import Fixed

Course = Iterator[datetime]
SATURDAY = 5
MORNING, EVENING = 8 * 60, 17 * 60


@dataclass
class Timeline:
    """The courses that wait for their moment."""

    clock: Fixed
    end: datetime
    waiting: list[tuple[datetime, int, Course]] = field(default_factory=list)
    count: Iterator[int] = field(default_factory=itertools.count)

    def add(self, course: Course) -> None:
        """Begin a course: it runs, at the present moment, to the first moment that it names."""
        self._go_on(course)

    def run(self) -> None:
        """Run until nothing is left to do before the end; what would come later stays undone."""
        while self.waiting:
            moment, _, course = heapq.heappop(self.waiting)
            if moment >= self.end:
                continue
            self.clock.move_to(max(moment, self.clock.moment))
            self._go_on(course)
        self.clock.move_to(max(self.end, self.clock.moment))

    def _go_on(self, course: Course) -> None:
        moment = next(course, None)
        if moment is not None:
            heapq.heappush(self.waiting, (moment, next(self.count), course))


def working_day(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def at_work(day: date, zone: str, rng: Random) -> datetime:
    """A moment in the working hours of a day, at the site."""
    minute = rng.randint(MORNING, EVENING - 1)
    return datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), ZoneInfo(zone))
