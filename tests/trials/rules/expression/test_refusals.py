"""Rules that are refused: with words that help, at the right place, and fast."""

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.rules.expression import Expression, ExpressionError, Type, compile_expression

NAMES = {
    "MELD": Type.NUMBER,
    "SEX": Type.CODE,
    "NOTE": Type.TEXT,
    "SIGNS": Type.CODES,
    "DOB": Type.DATE,
    "AT": Type.TIME,
    "LIVES": Type.BOOL,
    "LAB.ALT": Type.NUMBER,
}


def refusal(rule: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(rule, NAMES)
    return caught.value


@pytest.mark.parametrize(
    ("rule", "at", "says"),
    [
        ("", "", "empty"),
        ("  \n ", "", "empty"),
        ("MLED > 2", "MLED", "Did you mean “MELD”?"),
        ("lab.alt > 2", "lab.alt", "Did you mean “LAB.ALT”?"),
        ("ZZZZ > 2", "ZZZZ", "There is no item “ZZZZ” here."),
        ("MELD = 3", "=", "Write “is” as =="),
        ("MELD ≥ 3", "≥", "at least"),
        ("MELD => 3", "=>", "at least"),
        ("MELD > 1 && LIVES", "&&", "Write the word “and”"),
        ("MELD > 1 AND LIVES", "AND", "lower case"),
        ("LIVES == True", "True", "lower case"),
        ("MELD is None", "is", "=="),
        ("LIVES # why", "#", "Comments have no place"),
        ("MELD > 1 # one\nand LIVES", "#", "Comments have no place"),
        ("SEX == 1", "1", 'in quotes: "1"'),
        ('MELD > "3"', '"3"', "without quotes"),
        ('DOB < "2024-01-31"', '"2024-01-31"', 'date("2024-01-31")'),
        ('"é" == "ü" and MELD > "3"', '"3"', "without quotes"),
        ('AT > "14:05"', '"14:05"', 'time("14:05")'),
        ('SEX > "1"', '"1"', "no order"),
        ("LIVES > false", "false", "no order"),
        ('SIGNS == "a"', '"a"', "contains(ITEM"),
        ('"a" in SIGNS', "SIGNS", "contains(ITEM"),
        ('SEX in ("1")', '"1"', "list in square brackets"),
        ("MELD in []", "[]", "empty"),
        ("1 < MELD in [2]", "1 < MELD in [2]", "cannot be chained"),
        ("MELD and LIVES", "MELD", "yes-or-no answer"),
        ("LIVES and SIGNS", "SIGNS", "contains(ITEM"),
        ("not MELD", "MELD", "yes-or-no answer"),
        ("DOB + 3 > DOB", "DOB", "add_days"),
        ('NOTE + "a" == NOTE', "NOTE", "needs a number"),
        ('"a" * 9', '"a"', "needs a number"),
        ("2 ** 3", "**", "no powers"),
        ("7 // 2", "//", "floor"),
        ("7 % 2", "%", "percent"),
        ("+MELD", "+MELD", "plus sign"),
        ("MELD.real", "MELD.real", "There is no item"),
        ("(MELD).real", ".", "no meaning"),
        ("SIGNS[0]", "SIGNS[0]", "no place"),
        ("[MELD]", "[MELD]", "A list stands only"),
        ("MELD, LIVES", "MELD, LIVES", "A list stands only"),
        ("lambda: 1", "lambda", "cannot be used"),
        ("(x := 1)", ":=", "no meaning"),
        ('f"{MELD}"', '"{MELD}"', "side by side"),
        ('b"a" == NOTE', '"a"', "side by side"),
        ('"a" "b" == NOTE', '"b"', "side by side"),
        ('NOTE == "a', '"', "ends with the quote"),
        ('NOTE == "a\\n"', '"', "backslash"),
        ("__import__('os')", "__import__", "no function"),
        ("is_mising(MELD)", "is_mising", "Did you mean “is_missing”?"),
        ("is_missing(x=MELD)", "=", "=="),
        ("is_missing()", "is_missing()", "is_missing(item)"),
        ("days_between(DOB)", "days_between(DOB)", "days_between(from, to)"),
        ('days_between(DOB, "2024-01-01")', '"2024-01-01"', "needs a date here"),
        ("any_of(*SIGNS)", "*SIGNS", "no place"),
        ("count_true(MELD)", "MELD", "yes-or-no"),
        ("max(MELD, DOB)", "DOB", "values of one type"),
        ("coalesce(MELD, NOTE)", "NOTE", "values of one type"),
        ("1 if LIVES else NOTE", "NOTE", "one type"),
        ("round(MELD, 99)", "99", "from 0 to 12"),
        ("round(MELD, MELD)", "MELD", "from 0 to 12"),
        ('date("2024-02-30")', '"2024-02-30"', "29 days"),
        ('date("2024-02")', '"2024-02"', "whole"),
        ("date(MELD)", "date(MELD)", 'date("2024-01-31")'),
        ('time("25:00")', '"25:00"', "no time 25:00"),
        ("date", "date", "is a function"),
        ("1_000", "1_", "digits and one point"),
        ("0x1F", "0x", "digits and one point"),
        ("1e400", "1e400", "exponent"),
        ("007 == MELD", "007", "in quotes"),
        ("9" * 29, "9" * 29, "too many digits"),
        ("(MELD > 1", "(", "not closed"),
        ("MELD > 1)", ")", "never opened"),
        ("1 if LIVES", "1", "comes an “else”"),
        ("MELD >", ">", "something is missing"),
    ],
)
def test_a_mistake_is_pointed_at_and_explained(rule: str, at: str, says: str) -> None:
    error = refusal(rule)
    assert says in error.message
    if at:
        assert rule[error.offset :].startswith(at) or rule[error.offset : error.offset + error.length] == at


def test_an_answer_of_the_wrong_type_is_refused_where_one_is_expected() -> None:
    assert compile_expression("MELD", NAMES, expect=Type.NUMBER).type is Type.NUMBER
    with pytest.raises(ExpressionError, match="is to answer with a yes-or-no answer"):
        compile_expression("MELD + 1", NAMES, expect=Type.BOOL)


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 1000 + "1" + ")" * 999,
        "[" * 2000,
        "-" * 1999 + "1",
        "not " * 490 + "LIVES",
        "1+" * 900 + "1",
        "LIVES and " * 199 + "LIVES and (" + "LIVES and " * 170 + "LIVES)",
        "max(" * 300 + "1",
        "min(1," * 39 + "2" + ")" * 39 + " == " + "min(1," * 39 + "2" + ")" * 39,
        "1 if LIVES else " * 120 + "1",
        "9" * 2000,
        "1e" + "9" * 1900,
        "MELD " * 399,
        "'" * 2000,
        '"' * 1999,
        "x" * 5_000_000,
        "\ud800",
        '"\ud800" == NOTE',
        "\x00",
        '"\x00" == NOTE',
    ],
    ids=lambda rule: f"{len(rule)} characters",
)
def test_deep_and_huge_rules_are_refused_fast(rule: str) -> None:
    started = time.perf_counter()
    refusal(rule)
    assert time.perf_counter() - started < 0.5


def test_the_bounds_leave_room_for_real_rules() -> None:
    many = " and ".join(["MELD > 1"] * 120)
    assert compile_expression(many, NAMES).type is Type.BOOL
    assert "too many parts" in refusal(" or ".join(["MELD>1"] * 140)).message


WORDS = [*NAMES, "and", "or", "not", "in", "if", "else", "true", "is_missing", "date", "max", "round", "contains"]
SIGNS = [*"()[],+-*/<>.=", "==", "<=", "!=", " ", "\n", '"a"', "'2024-01-31'", "1", "2.50", "1e3", "é", "**", "#"]


def compile_or_refuse(rule: str) -> Expression | None:
    try:
        return compile_expression(rule, NAMES)
    except ExpressionError as error:
        refused = error
    assert 0 <= refused.offset <= len(rule)
    assert refused.message.endswith((".", "?"))
    return None


@settings(max_examples=250, deadline=500)
@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=25).map("".join))
def test_any_jumble_of_words_is_compiled_or_refused(rule: str) -> None:
    found = compile_or_refuse(rule)
    if found is not None:
        found.evaluate({})


@settings(max_examples=250, deadline=500)
@given(st.text(max_size=60) | st.text(string.printable, max_size=120))
def test_any_text_is_compiled_or_refused(rule: str) -> None:
    compile_or_refuse(rule)
