"""What each kind of item accepts, refuses, asks about, shows and exports."""

import json
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.visits.forms.reading import ALB, CELLS, accepted, item, parse, refusal, remarks
from trials.protocol import Protocol
from trials.protocol.schema.items import Item
from trials.rules.expression import UNKNOWN
from trials.rules.partial_date import PartialDate
from visits.forms.answer import BLANK, Answer, Context, RawAnswer, Refused, quoted
from visits.forms.kinds import KINDS
from visits.forms.kinds.coded import MOST_RADIOS

DECIMAL = item("decimal")

UNREADABLE_NUMBERS = [
    ("1,5", "point for decimals"),
    ("1.234,5", "no comma"),
    ("1,234", "no comma"),
    ("1_000", "without blanks or signs"),
    ("1 234", "without blanks or signs"),
    ("1'234", "without blanks or signs"),
    ("1e3", "in full"),
    ("1E+9999999", "in full"),
    ("1e400", "in full"),
    ("0x10", "in full"),
    ("+5", "plus sign"),
    ("00012", "zeros in front"),
    ("-01", "zeros in front"),
    (".5", "zero before the point"),
    ("5.", "digits after the point"),
    ("1.234.567", "one point at most"),
    ("١٢", "digits 0 to 9"),
    ("１２.５", "digits 0 to 9"),
    ("−5", "plain minus"),
    ("NaN", "not a number"),
    ("Infinity", "not a number"),
    ("-inf", "not a number"),
    ("sNaN", "not a number"),
    ("--5", "not a number"),
    ("5-", "not a number"),
    ("twelve", "not a number"),
    ("1234567890.1234567", "15 digits"),
    ("9" * 5000, "15 digits"),
    ("5\x00", "not a number"),
]


@pytest.mark.parametrize(("text", "advice"), UNREADABLE_NUMBERS)
@pytest.mark.parametrize("kind", ["decimal", "integer"])
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_advice(
    text: str, advice: str, kind: str, context: Context
) -> None:
    assert advice in refusal(item(kind), context, text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("5", "5"),
        (" 5 ", "5"),
        ("\u00a05\u3000", "5"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("5.0", "5.0"),
        ("0.5", "0.5"),
        ("-12.50", "-12.50"),
        ("0", "0"),
        ("0.000000000000001", "0.000000000000001"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_plain_number_is_kept_to_the_digit(text: str, canonical: str, context: Context) -> None:
    answer = accepted(DECIMAL, context, text)
    assert answer.canonical == canonical
    assert KINDS["decimal"].value(DECIMAL, answer, context) == Decimal(canonical)
    assert KINDS["decimal"].cells(DECIMAL, answer, context) == [canonical, ""]


def test_a_whole_number_takes_no_point(context: Context) -> None:
    assert "whole number" in refusal(item("integer"), context, "12.0")
    assert accepted(item("integer"), context, "-12").canonical == "-12"


def test_more_digits_after_the_point_than_the_item_keeps_are_refused(context: Context) -> None:
    weight = item("decimal", decimals=1)
    assert "at most 1 digit " in refusal(weight, context, "70.25")
    assert accepted(weight, context, "70.2").text == "70.2"


def test_the_hard_range_refuses_and_the_soft_range_asks(context: Context) -> None:
    weight = item("decimal", unit="kg", low=20, high=300, soft_low=35, soft_high=150)
    assert remarks(weight, context, "19.9") == [("Thing 19.9 kg cannot be: 20–300 is possible. Type it again.", True)]
    assert remarks(weight, context, "150.1") == [
        ("Thing 150.1 kg is unusual: 35–150 is expected. Check it against the source.", False)
    ]
    assert remarks(weight, context, "35") == remarks(weight, context, "150") == []
    assert remarks(item("decimal", soft_high=9, message="So much?"), context, "10") == [("So much?", False)]


def test_blank_missing_and_zero_are_different(context: Context) -> None:
    kind = KINDS["decimal"]
    assert parse(DECIMAL, context, "  ") == BLANK
    not_done = accepted(DECIMAL, context, "", missing="ND")
    assert (not_done.is_blank, not_done.to_json()) == (False, {"missing": "ND"})
    assert kind.value(DECIMAL, not_done, context) is UNKNOWN
    assert [kind.show(DECIMAL, answer, context) for answer in (BLANK, not_done, Answer("0"))] == [
        "not entered",
        "Not done",
        "0",
    ]
    assert kind.cells(DECIMAL, not_done, context) == ["", "ND"]


@pytest.mark.parametrize("text", [".ND", ".nd", " .Nd "])
def test_a_missing_code_can_be_typed_after_a_point(text: str, context: Context) -> None:
    assert accepted(DECIMAL, context, text) == Answer(missing="ND")
    assert accepted(item("date"), context, text) == Answer(missing="ND")


def test_only_the_missing_codes_of_the_item_are_taken(context: Context) -> None:
    assert ".UNK (Unknown)" in refusal(item("decimal", missing=("UNK",)), context, "", missing="ND")
    assert "needs an answer" in refusal(item("decimal", missing=()), context, ".nd")
    assert ".ND (Not done)" in refusal(DECIMAL, context, ".xyz")
    assert accepted(item("text", max_length=10), context, ".net").text == ".net"


def test_an_answer_and_a_reason_why_it_is_missing_are_too_much(context: Context) -> None:
    assert "Keep one of them" in refusal(DECIMAL, context, "5", missing="ND")


@pytest.mark.parametrize(
    ("text", "iso", "words"),
    [("2026-03-02", "2026-03-02", "2 March 2026"), ("3 mar 1970", "1970-03-03", "3 March 1970")],
)
def test_a_date_is_kept_as_typed_and_understood(text: str, iso: str, words: str, context: Context) -> None:
    answer = accepted(item("date"), context, text)
    assert (answer.text, answer.canonical) == (text, iso)
    assert KINDS["date"].value(item("date"), answer, context) == date.fromisoformat(iso)
    assert KINDS["date"].show(item("date"), answer, context) == words


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("03/04/2024", "more than one way"),
        ("1/2/68", "more than one way"),
        ("2 mar 68", "four digits"),
        ("2024-02", "whole date"),
        ("2023-02-29", "28 days"),
        ("２０２４-01-02", "digits 0 to 9"),
        ("0001-01-01", "out of reach"),
        ("1899-12-31", "not possible here"),
        ("2026-03-03", "in the future"),
        ("2024-02-30\x00", "one way only"),
    ],
)
def test_a_doubtful_date_is_refused(text: str, advice: str, context: Context) -> None:
    assert advice in refusal(item("date"), context, text)


def test_a_future_date_is_taken_where_the_item_allows_it(context: Context) -> None:
    assert accepted(item("date", future=True), context, "2026-03-03").text == "2026-03-03"
    assert "not possible here" in refusal(item("date", future=True), context, "2101-01-01")


def test_a_partial_date_keeps_what_is_known(context: Context) -> None:
    birth = item("partial_date", partial="year")
    answer = accepted(birth, context, "mar 1970")
    assert answer.to_json() == {"text": "mar 1970", "value": "1970-03"}
    assert KINDS["partial_date"].value(birth, answer, context) == PartialDate(1970, 3)
    assert KINDS["partial_date"].cells(birth, answer, context) == ["1970-03", ""]
    assert accepted(birth, context, "2026").canonical == "2026", "the current year may well be in the past"
    assert "in the future" in refusal(birth, context, "apr 2026")
    assert "At least the month" in refusal(item("partial_date", partial="month"), context, "1970")


@pytest.mark.parametrize("text", ["24:00", "25:00", "9:05", "23:59:60", "09.05", "0905"])
def test_a_time_needs_two_digits_each(text: str, context: Context) -> None:
    assert "was not read" in refusal(item("time"), context, text)
    assert KINDS["time"].value(item("time"), accepted(item("time"), context, "09:05"), context) == time(9, 5)


def test_a_choice_is_stored_by_code_and_shown_by_label(context: Context) -> None:
    colour = item("choice", choices="colour")
    answer = accepted(colour, context, "OTH")
    assert KINDS["choice"].show(colour, answer, context) == "Other"
    assert "1 (Red); 2 (Blue); OTH (Other)" in refusal(colour, context, "Other")
    assert KINDS["choice"].show(colour, Answer("9"), context) == "9", "a code that an older version had"


def test_a_scale_shows_its_definitions(context: Context) -> None:
    grade = item("choice", scale="demo_grade")
    control = KINDS["choice"].control(grade, RawAnswer("2"), context)
    assert [(option.code, option.chosen) for option in control.options] == [
        ("0", False),
        ("1", False),
        ("2", True),
        ("3", False),
    ]
    assert control.options[3].definition == "In bed"
    assert KINDS["choice"].show(grade, Answer("2"), context) == "2 – Moderate"


def test_a_long_list_is_a_select_box(context: Context, protocol: Protocol) -> None:
    options = [{"code": str(number), "label": str(number)} for number in range(MOST_RADIOS + 1)]
    longer = protocol.model_copy(
        update={
            "choices": {"long": type(protocol.choice_list("sex")).model_validate({"options": options}, strict=False)}
        }
    )
    elsewhere = Context(context.today, longer)
    control = KINDS["choice"].control(item("choice", choices="long"), RawAnswer(), elsewhere)
    assert control.template == "components/items/select.html"


def test_several_choices_are_stored_in_the_order_of_the_list(context: Context) -> None:
    likes = item("many", choices="colour")
    answer = accepted(likes, context, "OTH 1")
    assert answer.text == "1 OTH"
    assert KINDS["many"].value(likes, answer, context) == frozenset({"1", "OTH"})
    assert [column.name for column in KINDS["many"].columns(likes, context)] == ["X__1", "X__2", "X__OTH", "X_MISS"]
    assert KINDS["many"].cells(likes, answer, context) == ["1", "0", "1", ""]
    assert KINDS["many"].cells(likes, BLANK, context) == ["", "", "", ""]
    assert "is not one of the answers" in refusal(likes, context, "1 9")
    assert "twice" in refusal(likes, context, "1 1")


def test_yes_and_no_are_yes_and_no(context: Context) -> None:
    answer = accepted(item("yes_no"), context, "yes")
    assert answer.to_json() == {"text": "yes", "value": "Y"}
    assert KINDS["yes_no"].value(item("yes_no"), answer, context) is True
    assert KINDS["yes_no"].value(item("yes_no"), accepted(item("yes_no"), context, "N"), context) is False
    assert "Choose Yes (Y) or No (N)" in refusal(item("yes_no"), context, "1")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a\x00b", "cannot be seen"),
        ("a\x07b", "cannot be seen"),
        ("a\tb", "(tab)"),
        ("a\ud800b", "cannot be seen"),
        ("evil\u202egnp.exe", "right-to-left override"),
        ("zero\u200bwidth", "zero width space"),
        ("a\u2028b", "line separator"),
        ("a" * 41, "at most 40"),
        ("a\nb", "one line"),
    ],
)
def test_text_that_cannot_be_seen_or_kept_is_refused(text: str, advice: str, context: Context) -> None:
    message = refusal(item("text", max_length=40), context, text)
    assert advice in message
    message.encode()


def test_text_is_kept_as_typed_and_compared_composed(context: Context) -> None:
    answer = accepted(item("text", lines=2), context, "  Zo\u0308e\r\n<b>&  ")
    assert (answer.text, answer.canonical) == ("Zo\u0308e\n<b>&", "Z\u00f6e\n<b>&")
    assert accepted(item("text"), context, "سلام\u200cها 👩\u200d⚕️").value == ""


def sample_items() -> list[Item]:
    return [
        item("text", max_length=40),
        item("text"),
        item("integer", low=0, high=10),
        item("decimal", decimals=2),
        item("date"),
        item("partial_date"),
        item("time"),
        item("choice", choices="colour"),
        item("choice", scale="demo_grade"),
        item("many", choices="colour"),
        item("yes_no"),
        ALB,
        CELLS,
    ]


anything = st.one_of(
    st.text(),
    st.from_regex(r"[<>=≤ ]{0,2}-?[0-9]{0,20}([.,eE_/:-][0-9]{0,20}){0,3}"),
    st.sampled_from(["g/L", "g/dL", "10^7", ".nd", ".", "..", "ND", "1 OTH", "2024-02-29", "mar 2024", "Y"]),
)


@given(text=anything, unit=anything, missing=st.one_of(st.just(""), anything))
def test_nothing_that_can_be_typed_raises(protocol: Protocol, text: str, unit: str, missing: str) -> None:
    """Whatever is typed is an answer that can be stored, shown and exported, or messages that can be shown."""
    context = Context(date(2026, 3, 2), protocol)
    for an_item in sample_items():
        kind = KINDS[an_item.kind]
        answer = kind.parse(an_item, RawAnswer(text, unit, missing), context)
        if isinstance(answer, Refused):
            assert answer.messages
            assert "\x00" not in "".join(answer.messages).encode().decode()
            continue
        stored = json.loads(json.dumps(answer.to_json()).encode())
        assert Answer.from_json(stored) == answer
        again = kind.parse(an_item, answer.to_raw(), context)
        assert isinstance(again, Answer)
        assert again.same_as(answer), "what was stored reads the same again"
        kind.value(an_item, answer, context)
        kind.check(an_item, answer, context)
        kind.control(an_item, answer.to_raw(), context)
        assert kind.show(an_item, answer, context).encode()
        assert len(kind.cells(an_item, answer, context)) == len(kind.columns(an_item, context))
        json.dumps(kind.schema(an_item, context))


def test_every_kind_of_the_schema_is_known_except_the_reserved_ones(protocol: Protocol) -> None:
    used = {an_item.kind for form in protocol.forms for an_item in form.all_items()}
    assert used == set(KINDS), "the demonstration protocol uses every kind"
    assert all(kind.name == name for name, kind in KINDS.items())


def test_a_quotation_is_short_and_harmless() -> None:
    assert quoted("a" * 1000) == f"“{'a' * 39}…”"
    assert quoted("\ud800\x00") == "“\ufffd\ufffd”"
