"""The one source of time and of new identifiers.

Everything that records *when* asks `now()`, and every new row key comes from `new_id()`. Tests and rehearsals put
both under control with `fixed(...)`, so that the same steps leave the same bytes.
"""

from __future__ import annotations

import datetime
import random
import secrets
import threading
import time
import uuid
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
RANDOM_BITS = 62
COUNTER_BITS = 12


@dataclass
class Identifiers:
    """Makes UUID version 7 keys (RFC 9562, section 5.7) that only ever grow within this process.

    48 bits of Unix milliseconds, 12 bits of counter (`rand_a`, section 6.2 method 1: each millisecond starts it
    at nought), 62 random bits. When the clock stands still or steps back, the last millisecond is used again and
    the counter goes on; when the counter is full, the millisecond is advanced by one.
    """

    random_bits: random.Random | None = None
    _milliseconds: int = -1
    _counter: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def at(self, moment: datetime.datetime) -> uuid.UUID:
        """Return the next key for this moment, greater than every key made before it."""
        milliseconds = (moment - EPOCH) // datetime.timedelta(milliseconds=1)
        with self._lock:
            if milliseconds > self._milliseconds:
                self._milliseconds, self._counter = milliseconds, 0
            else:
                self._counter += 1
                if self._counter >> COUNTER_BITS:
                    self._milliseconds, self._counter = self._milliseconds + 1, 0
            tail = (
                secrets.randbits(RANDOM_BITS) if self.random_bits is None else self.random_bits.getrandbits(RANDOM_BITS)
            )
            value = self._milliseconds << 80 | 0x7 << 76 | self._counter << 64 | 0b10 << 62 | tail
        return uuid.UUID(int=value)


@dataclass
class Fixed:
    """A clock that stands where it was put, until it is moved by hand or by its own step."""

    moment: datetime.datetime
    step: datetime.timedelta = datetime.timedelta(0)
    identifiers: Identifiers | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def read(self) -> datetime.datetime:
        """Return the moment, then move on by the step."""
        with self._lock:
            moment = self.moment
            self.moment += self.step
        return moment

    def move_to(self, moment: datetime.datetime) -> None:
        """Put the clock at another moment, which must name its time zone."""
        with self._lock:
            self.moment = _utc(moment)

    def advance(self, by: datetime.timedelta) -> None:
        """Move the clock on (or back, to rehearse a clock that was set back)."""
        with self._lock:
            self.moment += by


_identifiers = Identifiers()
_fixed_here: ContextVar[Fixed | None] = ContextVar("edc_fixed_clock", default=None)
_fixed_everywhere: list[Fixed] = []


def now() -> datetime.datetime:
    """Return the present moment in UTC, with microseconds."""
    fixed_clock = _in_force()
    if fixed_clock is not None:
        return fixed_clock.read()
    return EPOCH + (time.time_ns() // 1000) * MICROSECOND


def today(zone: str) -> datetime.date:
    """Return the calendar day in a time zone by its IANA name, such as ``Asia/Shanghai``.

    Raises `zoneinfo.ZoneInfoNotFoundError` when there is no such zone.
    """
    return now().astimezone(zoneinfo.ZoneInfo(zone)).date()


def new_id() -> uuid.UUID:
    """Return a new key, ordered by time and greater than the one before it in this process."""
    fixed_clock = _in_force()
    if fixed_clock is None:
        return _identifiers.at(now())
    return (fixed_clock.identifiers or _identifiers).at(fixed_clock.moment)


@contextmanager
def fixed(
    at: datetime.datetime | None = None,
    *,
    seed: int | None = None,
    step: datetime.timedelta = datetime.timedelta(0),
    every_thread: bool = False,
) -> Iterator[Fixed]:
    """Hold the clock at a moment, and with a seed make the keys repeat from run to run.

    Without `at` the clock is held at the present moment. With `step`, each reading moves the clock on. Only the
    calling thread or task sees it, unless `every_thread` is asked for.

    Raises `ValueError` when the moment does not name its time zone.
    """
    start = now() if at is None else _utc(at)
    # A seeded generator of its own: keys need to repeat here, not to be hard to guess.
    identifiers = None if seed is None else Identifiers(random.Random(seed))  # noqa: S311 - the same keys again, for rehearsals
    clock = Fixed(start, step, identifiers)
    if every_thread:
        _fixed_everywhere.append(clock)
        try:
            yield clock
        finally:
            _fixed_everywhere.remove(clock)
        return
    token = _fixed_here.set(clock)
    try:
        yield clock
    finally:
        _fixed_here.reset(token)


def _in_force() -> Fixed | None:
    here = _fixed_here.get()
    if here is not None:
        return here
    return _fixed_everywhere[-1] if _fixed_everywhere else None


def _utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        raise ValueError(f"The moment {moment.isoformat()} does not say its time zone.")
    return moment.astimezone(datetime.UTC)
