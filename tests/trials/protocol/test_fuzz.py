"""Whatever is done to the text of a protocol file, reading it ends in a protocol or in ProtocolError."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trials.protocol.mistakes import TEXT
from trials.protocol import LoadedProtocol, Protocol, ProtocolError, diff, load_text, show
from trials.protocol.library import SHIPPED
from trials.protocol.load import _load
from trials.protocol.source import Source, decode_source, parse

BASE = load_text(TEXT).protocol
PIECES = (
    *("{", "}", "[", "]", ":", "- ", "\n", "  ", "&a ", "*a", "!!int ", "|\n", ">\n", "'", '"', "#", "\t", "? ", "%"),
    *("null", "true", "1", "1.5", "1e9", "-1", "[]", "{}", "~", "{a: 1}", "[[1]]", "99999999999999999999", "0x1"),
    *("\x00", "\ud7ff", "é", "\u2028", "\ufeff", "…", "<<: *a", "---\n", "...\n", '"\\ud800"', "AEGRADE", "and", "=="),
)
SMALL = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(source: Source) -> LoadedProtocol | None:
    """The protocol, or None where it was refused; every other error gets through and fails the test."""
    try:
        return _load(source, SHIPPED)
    except ProtocolError as error:
        problems = error.problems
    assert problems
    assert {problem.severity for problem in problems} == {"error"}
    assert all(problem.message and problem.format() for problem in problems)
    return None


def survives(text: str) -> None:
    loaded = read(Source("demo.yaml", text))
    if loaded is None:
        return
    assert Protocol.model_validate_json(loaded.canonical_json) == loaded.protocol
    assert show(loaded.protocol)
    for change in diff(BASE, loaded.protocol):
        assert str(change)


@pytest.mark.parametrize("seed", range(30))
def test_random_damage_to_the_text(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    text = TEXT
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text))
        to = min(len(text), at + chance.choice([0, 0, 1, 2, 5, 30]))
        text = text[:at] + chance.choice(PIECES) + text[to:]
    survives(text)


@pytest.mark.parametrize("seed", range(30))
def test_random_exchange_of_lines_and_words(seed: int) -> None:
    chance = random.Random(1000 + seed)  # noqa: S311 - a test that can be repeated
    lines = TEXT.split("\n")
    for _ in range(chance.randint(1, 4)):
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                lines[one], lines[two] = lines[two], lines[one]
            case 1:
                lines.insert(one, lines[two])
            case 2:
                del lines[one : one + chance.randint(1, 5)]
            case _:
                head, colon, _ = lines[one].partition(": ")
                lines[one] = f"{head}{colon}{chance.choice(PIECES)}"
    survives("\n".join(lines))


@SMALL
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    survives(text)


@SMALL
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_heap_of_yaml_signs(text: str) -> None:
    survives(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.sampled_from(["x", "", "ALB", "M1", "AE", "1.5", "[", "{site}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "en", "text", "items"]), inner),
    max_leaves=4,
)


@settings(SMALL, max_examples=40)
@given(st.integers(0, 10**9), VALUES)
def test_any_value_in_the_place_of_any_other(where: int, value: object) -> None:
    """Each value of the tree, at any depth, is exchanged for another one of any shape."""
    survives(_exchanged(where, value))


def _exchanged(where: int, value: object) -> str:
    """The demonstration protocol as flow YAML with one value exchanged."""
    root, _ = parse(Source("demo.yaml", TEXT))
    assert root is not None
    plain = root.plain()
    holders: list[tuple[dict[str, object] | list[object], object]] = []
    todo: list[object] = [plain]
    while todo:
        node = todo.pop()
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, inner in pairs:
            holders.append((node, key))  # type: ignore[arg-type]
            todo.append(inner)
    holder, key = holders[where % len(holders)]
    holder[key] = value  # type: ignore[index,call-overload]
    return json.dumps(plain, ensure_ascii=False)


@SMALL
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    source, problems = decode_source(raw, "x.yaml")
    if not problems:
        survives(source.text)
