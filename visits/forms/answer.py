"""What was typed for an item, and what it was understood to be.

`RawAnswer` is the typing, before anybody judged it. `Answer` is what is stored in an entry: the text as typed, the
canonical text where it differs, the unit chosen, or the code that says why there is no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from edc.text import printable

if TYPE_CHECKING:
    from trials.protocol import Protocol

LONGEST_TYPING: Final = 10_000
"""Characters of one answer that are looked at; longer typing is refused before any kind reads it."""

LONGEST_QUOTE: Final = 40
"""Characters of the typing that a message repeats."""

JsonAnswer = dict[str, str]


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The typing for one item: text, unit and missing code as they came from a page or a programme."""

    text: str = ""
    unit: str = ""
    missing: str = ""
    fault: str = ""
    """Why the typing cannot be read at all (two answers for one item, a number instead of text), or ''."""

    def printable(self) -> "RawAnswer":
        """The typing with every character that a page or a database could not hold made visible."""
        return RawAnswer(printable(self.text), printable(self.unit), printable(self.missing), self.fault)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an entry stores for one item."""

    text: str = ""
    value: str = ""
    """Canonical text (`1970-03-03` for `3 mar 1970`), only where it differs from `text`."""
    unit: str = ""
    missing: str = ""

    @property
    def canonical(self) -> str:
        """The text that rules, comparisons and datasets use."""
        return self.value or self.text

    @property
    def is_blank(self) -> bool:
        """True when nothing was entered: neither a value nor a reason why there is none."""
        return not self.text and not self.missing

    def same_as(self, other: "Answer") -> bool:
        """True when both mean the same, however they were typed (`3 mar 1970` and `1970-03-03`)."""
        return (self.canonical, self.unit, self.missing) == (other.canonical, other.unit, other.missing)

    def to_json(self) -> JsonAnswer:
        """The stored form, without what is empty."""
        parts = {"text": self.text, "value": self.value, "unit": self.unit, "missing": self.missing}
        return {name: part for name, part in parts.items() if part}

    def to_raw(self) -> RawAnswer:
        """The typing that would give this answer again."""
        return RawAnswer(text=self.text, unit=self.unit, missing=self.missing)

    @classmethod
    def from_json(cls, stored: Mapping[str, str] | None) -> "Answer":
        """Read back what `to_json` wrote; an absent item is a blank answer."""
        if not stored:
            return BLANK
        return cls(
            text=stored.get("text", ""),
            value=stored.get("value", ""),
            unit=stored.get("unit", ""),
            missing=stored.get("missing", ""),
        )


BLANK: Final = Answer()


@dataclass(frozen=True, slots=True)
class Refused:
    """The typing cannot be stored; `messages` say what was seen and what to do."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check says about an answer that could be read. Hard: not stored. Soft: stored, and a query opens."""

    check: str
    """Stable name of the check, `ALB.plausible`: the same finding is raised once, not at each save."""
    message: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What judging a form needs to know and the form itself does not say."""

    today: date
    """The date at the site, in the site's time zone: nothing may lie after it unless the item allows it."""
    protocol: "Protocol"
    lang: str = "en"
    other_values: Mapping[str, object] = field(default_factory=dict)
    """Values of other forms by qualified name (`DM.SEX`), as far as `binding.cross_reads` asks for them."""
    withheld: frozenset[str] = frozenset()
    """Item ids of this form, and qualified names, whose content this person may not see: items are kept as
    they are and cannot be written; qualified values are used by the server and never sent to the page."""


def quoted(text: str) -> str:
    """The typing as a message may repeat it: in quotation marks, shortened, safe to show."""
    short = text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
    return f"“{printable(' '.join(short.split()))}”"
