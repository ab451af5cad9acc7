"""Reads YAML 1.2 and remembers where everything stands.

ruamel.yaml splits the text into events; this module builds plain values from them, without
recursion and with every limit checked on the way, so that no file can exhaust the reader.
A number with a fraction stays the text that was typed: nothing becomes a binary fraction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trials.protocol.problem import Problem, Severity

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_PROBLEMS = 200

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class Source:
    """One file's text."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines as an editor counts them."""
        return re.split(r"\r\n|\n|\r", self.text)

    def problem(self, line: int, column: int, message: str, severity: Severity = "error") -> Problem:
        """A problem at a line and column that count from 0."""
        shown = self.lines[line] if 0 <= line < len(self.lines) else ""
        return Problem(severity, self.path, line + 1, column + 1, message, shown)


@dataclass(frozen=True)
class Mark:
    """A place in a file: line, column and offset count from 0."""

    source: Source
    line: int
    column: int
    index: int

    def problem(self, message: str, severity: Severity = "error") -> Problem:
        """A problem at this place."""
        return self.source.problem(self.line, self.column, message, severity)


@dataclass
class Scalar:
    """A single value, with the style it was written in (`'`, `"`, `|`, `>` or plain)."""

    mark: Mark
    end: int
    text: str
    style: str | None

    def plain(self) -> Plain:
        """The value: nothing, yes or no, a whole number, or text."""
        if self.style is not None:
            return self.text
        if self.text in _NULLS:
            return None
        if self.text in _TRUTHS:
            return _TRUTHS[self.text]
        return int(self.text) if _INTEGER.fullmatch(self.text) else self.text

    def place(self, offset: int) -> Mark:
        """Where the character at this offset of the value stands in the file, also when the text is folded."""
        raw = self.mark.source.text[self.mark.index : self.end]
        reached = _aligned(raw, self.text, offset, self.style)
        if reached is None:
            return self.mark
        before = re.split(r"\r\n|\n|\r", raw[:reached])
        line = self.mark.line + len(before) - 1
        column = len(before[-1]) + (self.mark.column if len(before) == 1 else 0)
        return Mark(self.mark.source, line, column, self.mark.index + reached)


@dataclass
class Sequence:
    """A list."""

    mark: Mark
    items: list["Node"] = field(default_factory=list)

    def plain(self) -> Plain:
        """The plain values."""
        return [item.plain() for item in self.items]


@dataclass
class Mapping:
    """Keys and values, each key with its own place."""

    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    values: dict[str, "Node"] = field(default_factory=dict)

    def plain(self) -> Plain:
        """The plain values by key."""
        return {key: value.plain() for key, value in self.values.items()}


Node = Scalar | Sequence | Mapping


def _aligned(raw: str, value: str, offset: int, style: str | None) -> int | None:
    """The position in the raw text of one character of the value; None when the two do not match."""
    at = 0
    if style in {"|", ">"}:
        at = raw.find("\n") + 1
    elif style in {"'", '"'}:
        at = 1
    for position, letter in enumerate(value):
        while at < len(raw) and raw[at] != letter:
            if not (raw[at].isspace() or raw[at] == "\\"):
                if not letter.isspace():
                    return None
                break
            at += 1
        if at < len(raw) and raw[at].isspace() and not letter.isspace():
            return None
        if position == offset:
            return at
        if at < len(raw) and raw[at] == letter:
            at += 2 if letter == "'" and style == "'" else 1
        if letter.isspace():
            while at < len(raw) and raw[at].isspace() and not value[position + 1 : position + 2].isspace():
                at += 1
    return min(at, len(raw)) if offset >= len(value) else None


def read_source(path: Path, shown: str | None = None) -> tuple[Source, list[Problem]]:
    """Read a file as UTF-8 text of at most 2 MB."""
    name = shown or str(path)
    empty = Source(name, "")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return empty, [Problem("error", name, 0, 0, f"The file cannot be read: {error.strerror}")]
    return decode_source(raw, name)


def decode_source(raw: bytes, name: str) -> tuple[Source, list[Problem]]:
    """Check the size and the encoding of a file's bytes."""
    empty = Source(name, "")
    if len(raw) > MAX_BYTES:
        return empty, [Problem("error", name, 0, 0, "The file is larger than 2 MB")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        return empty, [Problem("error", name, line, column, "The file is not UTF-8 text from here on")]
    return Source(name, text), []


def parse(source: Source) -> tuple[Node | None, list[Problem]]:
    """Build the tree of a YAML text, with every structural problem in it."""
    return _Builder(source).build()


class _Builder:
    """Builds the tree from the parser's events, one at a time."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.stack: list[tuple[Node, list[Node]]] = []
        self.nodes = 0

    def build(self) -> tuple[Node | None, list[Problem]]:
        try:
            for event in self._events():
                if not self._take(event):
                    return None, self.problems
        except YAMLError as error:
            self.problems.append(self._syntax(error))
            return None, self.problems
        except (ValueError, IndexError, AttributeError, KeyError, AssertionError, TypeError) as error:
            # The parser trips over some malformed texts with an error of its own making.
            message = f"This is not a YAML text that can be read ({type(error).__name__})"
            self.problems.append(self.source.problem(0, 0, message))
            return None, self.problems
        if self.root is None and not self.problems:
            self.problems.append(self.source.problem(0, 0, "The file is empty"))
        return self.root, self.problems

    def _events(self) -> Iterator[object]:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        yield from yaml.parse(self.source.text)

    def _take(self, event: object) -> bool:
        kind = type(event).__name__
        if kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._close()
            return True
        if kind in {"StreamStartEvent", "StreamEndEvent", "DocumentEndEvent", "CommentEvent"}:
            return True
        start = event.start_mark  # type: ignore[attr-defined]  # every event has marks
        mark = Mark(self.source, start.line, start.column, start.index)
        if kind == "DocumentStartEvent":
            if self.root is not None:
                self.problems.append(mark.problem("A protocol file is one document; a second one begins here"))
                return False
            return True
        return self._value(kind, event, mark)

    def _value(self, kind: str, event: object, mark: Mark) -> bool:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.problems.append(mark.problem(f"The file has more than {MAX_NODES:,} values"))
            return False
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            words = "Anchors (&) and aliases (*) are not used in protocol files; write the part out, or use the library"
            self.problems.append(mark.problem(words))
            if kind == "AliasEvent":
                self._add(Scalar(mark, mark.index, "", None))
                return True
        if getattr(event, "tag", None) is not None and kind != "AliasEvent":
            self.problems.append(mark.problem("Tags (!) are not used in protocol files; remove it"))
        return self._node(kind, event, mark)

    def _node(self, kind: str, event: object, mark: Mark) -> bool:
        if kind == "ScalarEvent":
            end = event.end_mark.index  # type: ignore[attr-defined]  # every event has marks
            style = getattr(event, "style", None) or None
            text = str(event.value)  # type: ignore[attr-defined]  # every event has marks
            if any("\ud800" <= letter <= "\udfff" or letter == "\x00" for letter in text):
                self.problems.append(mark.problem("This text holds a character that cannot be stored"))
                text = ""
            self._add(Scalar(mark, end, text, style))
            return True
        if len(self.stack) >= MAX_DEPTH:
            self.problems.append(mark.problem(f"This is nested more than {MAX_DEPTH} levels deep"))
            return False
        self.stack.append((Mapping(mark) if kind == "MappingStartEvent" else Sequence(mark), []))
        return True

    def _close(self) -> None:
        node, children = self.stack.pop()
        if isinstance(node, Sequence):
            node.items = children
        elif isinstance(node, Mapping):
            for key, value in zip(children[::2], children[1::2], strict=True):
                self._pair(node, key, value)
        self._add(node)

    def _pair(self, node: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar) or key.text == "":
            self.problems.append(key.mark.problem("A key must be a plain word"))
        elif key.text in node.values:
            first = node.keys[key.text]
            message = f"`{key.text}` stands here a second time; the first is on line {first.line + 1}"
            self.problems.append(key.mark.problem(message))
            message = f"`{key.text}` stands here, and again on line {key.mark.line + 1}; keep one of the two"
            self.problems.append(first.problem(message))
        else:
            node.keys[key.text] = key.mark
            node.values[key.text] = value

    def _add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][1].append(node)
        else:
            self.root = node

    def _syntax(self, error: YAMLError) -> Problem:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        words = getattr(error, "problem", None) or getattr(error, "context", None) or "cannot be read"
        message = f"This is not YAML: {' '.join(str(words).split())}"
        if "\\t" in message or "'\t'" in str(words):
            message += "; indent with blanks, not with tabs"
        if mark is None:
            position = getattr(error, "position", None)
            if isinstance(position, int):
                before = self.source.text[:position]
                line = before.count("\n")
                message = "This character is not allowed in a YAML text"
                return self.source.problem(line, position - (before.rfind("\n") + 1), message)
            return self.source.problem(0, 0, message)
        return self.source.problem(mark.line, mark.column, message)
