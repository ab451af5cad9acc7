"""The demonstration protocol with mistakes put in, for the tests of its reader."""

from pathlib import Path

from trials.protocol import LoadedProtocol, Problem, ProtocolError, load_text

DEMO = Path(__file__).resolve().parents[2] / "protocols" / "demo.yaml"
TEXT = DEMO.read_text(encoding="utf-8")


def changed(*pairs: tuple[str, str]) -> str:
    """The demonstration protocol with each text replaced, which must stand in it exactly once."""
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the demonstration protocol"
        text = text.replace(old, new)
    return text


def loaded(*pairs: tuple[str, str]) -> LoadedProtocol:
    """The demonstration protocol after these changes."""
    return load_text(changed(*pairs), "demo.yaml")


def problems_of(text: str) -> tuple[Problem, ...]:
    """Every error of a protocol text; none when it can be used."""
    try:
        load_text(text, "demo.yaml")
    except ProtocolError as error:
        return error.problems
    return ()


def place(text: str, words: str, within: str | None = None) -> tuple[int, int]:
    """Line and column, from 1, of some words; of those inside `within` when they stand more than once."""
    start = text.index(within) if within else 0
    at = text.index(words, start)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
