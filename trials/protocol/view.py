"""Looks at the tree of a file without stumbling over what is missing or of the wrong shape."""

from collections.abc import Iterator
from dataclasses import dataclass

from trials.protocol.problem import Problem, Severity
from trials.protocol.source import Mapping, Mark, Node, Scalar, Sequence


@dataclass(frozen=True)
class Word:
    """A text of the file with its place."""

    text: str
    node: Scalar

    def problem(self, message: str, severity: Severity = "error") -> Problem:
        """A problem at this text."""
        return self.node.mark.problem(message, severity)


@dataclass(frozen=True)
class View:
    """A set of keys; whatever is not there, or not of the shape asked for, is simply absent."""

    node: Mapping

    def has(self, key: str) -> bool:
        """Whether the key stands in the file."""
        return key in self.node.values

    def word(self, key: str) -> Word | None:
        """The text of a key."""
        return _word(self.node.values.get(key))

    def text(self, key: str, otherwise: str = "") -> str:
        """The text of a key, without its place."""
        found = self.word(key)
        return found.text if found else otherwise

    def words(self, key: str) -> list[Word]:
        """The texts of a list."""
        node = self.node.values.get(key)
        items = node.items if isinstance(node, Sequence) else []
        return [word for word in map(_word, items) if word]

    def part(self, key: str) -> "View | None":
        """The set of keys below a key."""
        node = self.node.values.get(key)
        return View(node) if isinstance(node, Mapping) else None

    def parts(self, key: str) -> list["View"]:
        """The sets of keys in a list."""
        node = self.node.values.get(key)
        return [View(one) for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []

    def named(self, key: str) -> Iterator[tuple[str, "View"]]:
        """The sets of keys below named keys."""
        node = self.node.values.get(key)
        if isinstance(node, Mapping):
            for name, value in node.values.items():
                if isinstance(value, Mapping):
                    yield name, View(value)

    def number(self, key: str) -> int | None:
        """The whole number of a key."""
        node = self.node.values.get(key)
        plain = node.plain() if isinstance(node, Scalar) else None
        return plain if isinstance(plain, int) and not isinstance(plain, bool) else None

    def mark(self, key: str) -> Mark:
        """The place of a key; of the whole part when it has no such key."""
        return self.node.keys.get(key, self.node.mark)

    def problem(self, key: str, message: str, severity: Severity = "error") -> Problem:
        """A problem at a key."""
        return self.mark(key).problem(message, severity)


def _word(node: Node | None) -> Word | None:
    if not isinstance(node, Scalar) or not node.text or node.plain() is None:
        return None
    return Word(node.text, node)


def blocks(form: View) -> Iterator[tuple[View, View | None]]:
    """Items with the group that holds them (or None), in the order of the page."""
    for section in form.parts("sections"):
        for block in section.parts("items"):
            if block.has("group"):
                for item in block.parts("items"):
                    yield item, block
            else:
                yield block, None


def groups(form: View) -> Iterator[View]:
    """The repeating groups of a form."""
    for section in form.parts("sections"):
        yield from (block for block in section.parts("items") if block.has("group"))
