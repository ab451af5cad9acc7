import datetime
import threading
import uuid
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edc import clock

MOMENT = datetime.datetime(2026, 3, 2, 17, 30, 0, 123456, tzinfo=datetime.UTC)


def test_now_is_utc_and_never_far_from_the_system() -> None:
    assert clock.now().tzinfo is datetime.UTC
    assert abs(clock.now() - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(seconds=5)


def test_today_depends_on_where_the_site_is() -> None:
    with clock.fixed(at=MOMENT):
        assert clock.today("Europe/London") == datetime.date(2026, 3, 2)
        assert clock.today("Asia/Shanghai") == datetime.date(2026, 3, 3)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        clock.today("Asia/Nowhere")


def test_a_key_is_a_version_7_uuid_that_carries_its_millisecond() -> None:
    with clock.fixed(at=MOMENT, seed=1):
        key = clock.new_id()
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert key.int >> 80 == int(MOMENT.timestamp() * 1000)


def test_keys_only_grow_even_within_one_millisecond_and_when_the_clock_steps_back() -> None:
    with clock.fixed(at=MOMENT, seed=1) as held:
        keys = [clock.new_id() for _ in range(5000)]
        held.advance(-datetime.timedelta(hours=1))
        keys += [clock.new_id() for _ in range(10)]
    assert keys == sorted(set(keys))


def test_keys_of_several_threads_never_meet() -> None:
    keys: list[uuid.UUID] = []
    threads = [threading.Thread(target=lambda: keys.extend(clock.new_id() for _ in range(500))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 2000


def run(seed: int) -> list[object]:
    with clock.fixed(at=MOMENT, seed=seed, step=datetime.timedelta(seconds=1)):
        return [clock.now(), clock.new_id(), clock.now(), clock.new_id()]


@given(st.integers(min_value=0, max_value=2**32))
def test_the_same_seed_gives_the_same_times_and_keys(seed: int) -> None:
    assert run(seed) == run(seed)


def test_another_seed_gives_other_keys() -> None:
    assert run(1) != run(2)


def test_a_held_clock_moves_only_by_hand() -> None:
    with clock.fixed(at=MOMENT) as held:
        assert clock.now() == clock.now() == MOMENT
        held.advance(datetime.timedelta(days=1))
        assert clock.now() == MOMENT + datetime.timedelta(days=1)
        held.move_to(MOMENT)
        assert clock.now() == MOMENT
    assert clock.now() != MOMENT


def test_other_threads_see_a_held_clock_only_when_asked() -> None:
    def there() -> datetime.datetime:
        seen: list[datetime.datetime] = []
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        return seen[0]

    with clock.fixed(at=MOMENT):
        assert there() != MOMENT
    with clock.fixed(at=MOMENT, every_thread=True):
        assert there() == MOMENT
    assert there() != MOMENT


def test_the_inner_of_two_held_clocks_is_in_force() -> None:
    with clock.fixed(at=MOMENT, every_thread=True):
        with clock.fixed(at=MOMENT + datetime.timedelta(days=9)):
            assert clock.now() == MOMENT + datetime.timedelta(days=9)
        assert clock.now() == MOMENT


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.fixed(at=datetime.datetime(2026, 3, 2)):  # noqa: DTZ001
        pass
