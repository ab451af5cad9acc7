"""Free text."""

import unicodedata

from edc.text import forbidden
from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, RawAnswer, Refused
from visits.forms.kinds.base import Control, Kind, missing_codes

SHORT = 12
"""Characters that fit into a short box."""
ONE_LINE = 200
"""Characters of a text that says neither its length nor its lines; longer texts get a box of several lines."""
SEVERAL_LINES = 2000
"""Characters of a text of several lines that does not say its length."""


class Text(Kind):
    """Free text, kept as typed; compared and exported in Unicode's composed form (NFC)."""

    name = "text"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        text = raw.text.replace("\r\n", "\n").replace("\r", "\n")
        found = [character for character in text if forbidden(character) and character != "\n"]
        if found:
            return Refused((_unwanted(found[0]),))
        if "\n" in text and not _has_lines(item):
            return Refused(("This item takes one line. Take out the line breaks.",))
        longest = longest_of(item)
        if len(text) > longest:
            return Refused((f"This has {len(text)} characters; at most {longest} can be kept. Shorten it.",))
        composed = unicodedata.normalize("NFC", text)
        return Answer(text=text, value="" if composed == text else composed)

    def missing_code_by_point(self, item: Item, text: str, context: Context) -> str | None:
        """Only an allowed code counts: a text may well begin with a point."""
        code = super().missing_code_by_point(item, text, context)
        return code if code in missing_codes(item, context) else None

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        longest = longest_of(item)
        if not _has_lines(item):
            css = "input--short" if longest <= SHORT else "input--long"
            return Control(self.control_template, css=css, max_length=longest)
        return Control("components/items/lines.html", css="input--long", max_length=longest, lines=item.lines or 3)

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"maxLength": longest_of(item)}


def longest_of(item: Item) -> int:
    """Characters that the item takes."""
    return item.max_length or (SEVERAL_LINES if _has_lines(item) else ONE_LINE)


def _has_lines(item: Item) -> bool:
    """Lines as the item says; else texts that may be long have several."""
    return item.lines > 1 if item.lines is not None else (item.max_length or ONE_LINE) > ONE_LINE


def _unwanted(character: str) -> str:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    if character == "\t":
        name = "tab"
    return f"This has a character that cannot be seen ({name}). Take it out, or type the text again."
