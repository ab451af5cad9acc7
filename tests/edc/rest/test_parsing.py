"""JSON is read exactly, within bounds."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from edc.rest.parsing import DEEPEST, read

exact = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.text(st.characters(exclude_categories=["Cs"]))
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=20,
)


@given(exact)
def test_what_was_written_is_read(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return
    assert read(encoded) == value


def test_a_number_with_a_point_stays_as_it_was_written() -> None:
    assert str(read(b"[5.10]")[0]) == "5.10"
    assert read(b"[0.1]") == [Decimal("0.1")]


def test_brackets_and_commas_in_texts_do_not_count() -> None:
    text = "[{" * 1000 + "," * 20_000 + '\\"' * 10
    assert read(json.dumps([text]).encode()) == [text]


def test_depth_is_bounded() -> None:
    assert read(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(ParseError, match="nested"):
        read(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))


@given(st.binary(max_size=60))
def test_anything_else_is_refused_with_a_sentence(sent: bytes) -> None:
    said = ""
    try:
        read(sent)
    except ParseError as error:
        said = str(error.detail)
    assert not said or (said[0].isupper() and said.endswith("."))


def test_an_unfinished_text_of_two_megabytes_is_refused_at_once() -> None:
    with pytest.raises(ParseError):
        read(b'"' + b'\\"' * 1_000_000)
