"""The exact text of a value in a file: what was typed stays as typed, and nothing is rounded or guessed."""

from edc.audit import canonical


def text_of(value: object) -> str:
    """Return the text of a value: '' for none, Y and N, ISO 8601 dates, moments in UTC, JSON in one spelling.

    Raises `TypeError` for a binary float or any other type that has no exact text.
    """
    plain = canonical.plain(value)
    match plain:
        case None:
            return ""
        case str():
            return plain
        case bool():
            return "Y" if plain else "N"
        case int():
            return str(plain)
        case _:
            return canonical.canonical_json(plain)
