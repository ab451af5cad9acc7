"""CSV: what goes in comes out, character by character; what a spreadsheet would run is made harmless in one variant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edc.exports.csv_file import csv_blocks
from edc.exports.variants import VARIANTS

EXACT, SAFE = VARIANTS["exact"], VARIANTS["spreadsheet"]

NASTY = [
    "",
    " ",
    "  two blanks around  ",
    'a "quoted" word',
    '"',
    '""',
    "a,b;c\td",
    "first\nsecond",
    "first\r\nsecond",
    "ends with a break\n",
    "\r",
    "00123",
    "5.0",
    "5",
    "-5.10",
    "0.000000000000001",
    "123456789012345.678901234567890",
    "NA",
    "NULL",
    "TRUE",
    "1E5",
    "MARCH1",
    "=1+1",
    "'quoted",
    "Zoë 张伟 😀 \u202d",
    "e\u0301",
    "\ufeffmark",
]

PAYLOADS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   =cmd|' /C calc'!A0",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u2028=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(A1)",
    "\u22121+1",
    '=HYPERLINK("http://a.example","b")',
    "=DDE(A;B;C)",
    "-2+3+cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "@cmd|' /C calc'!A0",
    "-",
    "=",
    "+49 30 1234",
    "-5 mg",
    "-1.5.2",
    "--5",
    "a;=1+1",
    "a\t=1+1",
    "a\n=1+1",
    "a\r\n =1+1",
    "a,=1+1",
    'a"=1+1',
    'a";"=1+1',
    "\tplain",
    "\rplain",
    "\nplain",
]


def written(cells: list[str], variant: str = "exact") -> bytes:
    return b"".join(csv_blocks([f"C{n}" for n in range(len(cells))], [cells], VARIANTS[variant]))


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_nasty_texts_come_back_as_they_were() -> None:
    assert read(written(NASTY))[1] == NASTY


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=8))
def test_any_text_comes_back_as_it_was(cells: list[str]) -> None:
    header, row = csv.reader(io.StringIO(written(cells).decode(), newline=""))
    assert row == cells
    assert len(header) == len(cells)


def test_an_exact_file_is_utf_8_without_a_mark_and_its_records_end_with_cr_lf() -> None:
    assert written(["5.0", "é", "a,b"]) == 'C0,C1,C2\r\n5.0,é,"a,b"\r\n'.encode()


def test_a_spreadsheet_file_begins_with_the_mark_that_excel_needs() -> None:
    assert written(["5.0"], "spreadsheet") == b"\xef\xbb\xbfC0\r\n5.0\r\n"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_is_inert_in_the_safe_variant_and_exact_in_the_exact_one(payload: str) -> None:
    assert read(written([payload]))[1] == [payload]
    (safe,) = read(written([payload], "spreadsheet"))[1]
    assert safe.replace("'", "") == payload.replace("'", "")
    # However a spreadsheet splits the cell, no piece begins like a formula once blanks are passed over.
    for separator in (None, ";", "\t", ",", "\n"):
        pieces = [safe] if separator is None else safe.split(separator)
        for piece in pieces:
            bare = piece.strip('"\r\n\t \u00a0\u3000\u200b\ufeff\u2028')
            assert not bare.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\u2212")), (separator, piece)
    assert not safe.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("number", ["-5", "-5.10", "-0.5", "+3", "5.0", "1E5", "-1.5e-3", "0"])
def test_a_real_number_stays_a_number_in_the_safe_variant(number: str) -> None:
    assert SAFE.cell(number) == number


@pytest.mark.parametrize(
    "text", ["", "Albumin", "2026-03-02", "mild, no help needed", "a - b", "10-20", "O'Brien", "<20"]
)
def test_harmless_text_stays_as_it_is_in_the_safe_variant(text: str) -> None:
    assert SAFE.cell(text) == text


def test_a_row_that_does_not_fit_the_header_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells does not fit 1"):
        list(csv_blocks(["A"], [["1", "2"]], EXACT))


def test_a_long_file_comes_in_blocks() -> None:
    blocks = list(csv_blocks(["A"], (["x" * 1000] for _ in range(1000)), EXACT))
    assert len(blocks) > 10
    assert max(map(len, blocks)) < 200_000
