"""The two spellings of a CSV file: exact for statistics, and one that a spreadsheet can open without harm."""

import re
from typing import ClassVar, Final

REAL_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)

# Blanks of every width, line breaks, marks that take no room: a spreadsheet passes over them before it reads a formula.
_PASSED_OVER: Final = "[\\s\u00a0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]*"
# The signs that begin a formula, their full-width forms, and the minus sign of Unicode.
_FORMULA: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]"
# In some countries a spreadsheet splits at semicolons or tabs, so a formula may also begin inside a cell.
_HARMFUL: Final = re.compile(rf"(^|[;,|\t\r\n\"]){_PASSED_OVER}(?={_FORMULA})")
_LEADING: Final = ("\t", "\r", "\n")


class Variant:
    """One way to write cells. `name` stands in every file name, so that nobody takes one for the other."""

    name: ClassVar[str]
    label: ClassVar[str]
    sentence: ClassVar[str]
    preface: ClassVar[bytes] = b""
    """Bytes before the first line."""

    def cell(self, text: str) -> str:
        """Return a cell as this variant writes it."""
        return text


class Exact(Variant):
    """Every cell exactly as it is stored."""

    name = "exact"
    label = "Exact, for statistics"
    sentence = "Every value exactly as it is stored. Read it with a statistics program, not with a spreadsheet."


class SpreadsheetSafe(Variant):
    """What a spreadsheet would take for a formula gets an apostrophe before it, and stays text."""

    name = "spreadsheet"
    label = "Safe for spreadsheets"
    sentence = (
        "Opens in a spreadsheet. A text that begins like a formula has an apostrophe before it, "
        "so this is not for analysis."
    )
    # Without the byte order mark Excel takes UTF-8 for the code page of the machine.
    preface = b"\xef\xbb\xbf"

    def cell(self, text: str) -> str:
        if not text or text.isalnum() or REAL_NUMBER.fullmatch(text):
            return text
        safe = _HARMFUL.sub(lambda found: f"{found[0]}'", text)
        return f"'{safe}" if safe.startswith(_LEADING) else safe


VARIANTS: Final[dict[str, Variant]] = {variant.name: variant for variant in (Exact(), SpreadsheetSafe())}
