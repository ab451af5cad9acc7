"""Courses share one clock: what happens first is done first."""

import datetime
from collections.abc import Iterator

from edc import clock
from edc.rehearsal.timeline import Timeline, working_day

START = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def test_courses_take_turns_by_time_and_stop_before_the_end() -> None:
    seen: list[tuple[str, int]] = []

    def course(name: str, *hours: int) -> Iterator[datetime.datetime]:
        for hour in hours:
            yield START + hour * HOUR
            seen.append((name, (clock.now() - START) // HOUR))

    with clock.fixed(START) as fixed:
        timeline = Timeline(fixed, START + 5 * HOUR)
        timeline.add(course("a", 1, 4, 6))
        timeline.add(course("b", 2, 3))
        timeline.run()
        assert clock.now() == START + 5 * HOUR
    assert seen == [("a", 1), ("b", 2), ("b", 3), ("a", 4)]


def test_a_course_that_is_late_goes_on_at_once_and_never_back_in_time() -> None:
    moments = []

    def course() -> Iterator[datetime.datetime]:
        yield START + 2 * HOUR
        moments.append(clock.now())
        yield START + HOUR
        moments.append(clock.now())

    with clock.fixed(START) as fixed:
        timeline = Timeline(fixed, START + 5 * HOUR)
        timeline.add(course())
        timeline.run()
    assert moments == [START + 2 * HOUR] * 2


def test_nobody_works_on_a_weekend() -> None:
    days = [datetime.date(2026, 3, day) for day in (6, 7, 8, 9)]
    assert [working_day(day).isoweekday() for day in days] == [5, 1, 1, 1]
