"""Which characters may be kept: what nobody can see or a database cannot hold has no place in a record."""

import unicodedata

LONGEST_REASON = 2000


def forbidden(character: str) -> bool:
    """True for a character that no text may hold.

    Control characters, lone surrogates, line and paragraph separators, and invisible format characters; of the
    last, joiners and plain direction marks stay, since Persian, Indic and Hebrew text needs them.
    """
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in "\u200c\u200d\u200e\u200f"
    return category in {"Cc", "Cs", "Zl", "Zp"}


def cannot_be_shown(character: str) -> bool:
    """True for a forbidden character other than the end of a line."""
    return character != "\n" and forbidden(character)


def printable(text: str) -> str:
    """The text with characters that cannot be shown replaced by U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if cannot_be_shown(character) else character for character in text)


def made_printable(part: object) -> object:
    """The same for every text inside lists and dictionaries, names included."""
    match part:
        case str():
            return printable(part)
        case dict():
            return {printable(str(name)): made_printable(each) for name, each in part.items()}
        case list() | tuple():
            return [made_printable(each) for each in part]
    return part
