from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.rules.partial_date import FIRST_YEAR, LAST_YEAR, DateError, PartialDate, parse_date, parse_time


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-03", "2024-03"),
        ("2024", "2024"),
        ("  2024 ", "2024"),
        ("5 mar 2024", "2024-03-05"),
        ("05-MAR-2024", "2024-03-05"),
        ("5 March 2024", "2024-03-05"),
        ("mar 2024", "2024-03"),
        ("September 2024", "2024-09"),
        ("sept 2024", "2024-09"),
        ("UN-MAR-2026", "2026-03"),
        ("un-un-2026", "2026"),
        ("UNK-UNK-2026", "2026"),
        ("un-2026", "2026"),
        ("2024-UN-UN", "2024"),
        ("2024-03-UN", "2024-03"),
        ("29 feb 2024", "2024-02-29"),
    ],
)
def test_what_people_type_is_kept_as_precisely_as_they_know_it(typed: str, iso: str) -> None:
    found = PartialDate.parse(typed)
    assert found.iso() == iso
    assert PartialDate.from_iso(iso) == found


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("03/04/2024", "more than one way"),
        ("03.04.2024", "more than one way"),
        ("3/2024", "more than one way"),
        ("5 mar 24", "four digits"),
        ("mar 24", "four digits"),
        ("24-03-05", "one way only"),
        ("2024-3-5", "one way only"),
        ("20240305", "one way only"),
        ("05-03-2024", "one way only"),
        ("٢٠٢٤-٠٣-٠٥", "digits 0 to 9"),
        ("２０２４", "digits 0 to 9"),
        ("2024-02-30", "February 2024: it has 29 days"),
        ("31 apr 2024", "April 2024: it has 30 days"),
        ("2024-13", "no month 13"),
        ("5 mrz 2024", "no month “mrz”"),
        ("5-un-2024", "day without a month"),
        ("2024-UN-05", "day without a month"),
        ("un-un-un", "say why it is missing"),
        ("unk", "say why it is missing"),
        ("", "No date was typed"),
        ("0024-01-01", "out of reach"),
        ("3024", "out of reach"),
        ("2024-03-05\n", "one way only"),
        ("yesterday", "one way only"),
    ],
)
def test_what_can_be_read_in_two_ways_or_cannot_be_is_refused_in_words(typed: str, says: str) -> None:
    with pytest.raises(DateError, match=says):
        PartialDate.parse(typed)


@given(st.text(max_size=30))
def test_any_other_text_is_refused_and_nothing_else_happens(typed: str) -> None:
    try:
        found = PartialDate.parse(typed)
    except DateError as error:
        refused = error
    else:
        assert found.year in range(FIRST_YEAR, LAST_YEAR + 1)
        return
    assert str(refused).endswith(".")


@given(st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))
def test_each_day_is_read_back_from_each_form_it_is_written_in(day: date) -> None:
    whole = PartialDate.from_date(day)
    assert parse_date(whole.iso()) == parse_date(whole.words()) == parse_date(day.strftime("%d-%b-%Y")) == day
    assert whole.earliest() == whole.latest() == whole.full() == day
    month = PartialDate(day.year, day.month)
    assert month.earliest() <= day <= month.latest()
    assert (month.earliest().day, month.latest().month) == (1, day.month)


def test_words_say_what_is_unknown() -> None:
    assert PartialDate(2024, 3, 5).words() == "5 March 2024"
    assert PartialDate(2024, 3).words() == "March 2024, day unknown"
    assert PartialDate(2024).words() == "2024, day and month unknown"


def test_order_is_told_only_where_it_is_certain() -> None:
    march = PartialDate(2024, 3)
    assert march.is_before(PartialDate(2024, 4)) is True
    assert march.is_before(date(2024, 4, 1)) is True
    assert march.is_before(date(2024, 3, 31)) is None
    assert march.is_before(date(2024, 3, 1)) is False
    assert march.is_before(PartialDate(2024)) is None
    assert march.is_after(PartialDate(2023)) is True
    assert march.is_after(date(2024, 3, 31)) is False
    assert march.is_after(march) is None
    dates = [PartialDate(2024), PartialDate(2024, 1, 1), PartialDate(2023, 12), PartialDate(2024, 1)]
    assert [each.iso() for each in sorted(dates, key=PartialDate.sort_key)] == [
        "2023-12",
        "2024-01-01",
        "2024-01",
        "2024",
    ]


@pytest.mark.parametrize("typed", ["2024-03", "mar 2024", "2024", "un-mar-2024"])
def test_a_whole_date_is_asked_for_where_each_part_is_needed(typed: str) -> None:
    with pytest.raises(DateError, match="The whole date is needed"):
        parse_date(typed)


def test_times_are_on_the_24_hour_clock() -> None:
    assert parse_time("14:05") == time(14, 5)
    assert parse_time(" 00:00 ") == time(0, 0)


@pytest.mark.parametrize("typed", ["9:05", "2:05 pm", "24:00", "12:60", "1405", "14.05", "14:05:00", "١٤:٠٥", ""])
def test_other_times_are_refused(typed: str) -> None:
    with pytest.raises(DateError, match=r"24-hour clock|There is no time"):
        parse_time(typed)


@pytest.mark.parametrize("text", ["", "2024-3", "5 mar 2024", "2024-03-05 ", "２０２４"])
def test_the_stored_form_is_read_strictly(text: str) -> None:
    with pytest.raises(DateError):
        PartialDate.from_iso(text)
