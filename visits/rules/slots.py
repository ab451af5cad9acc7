"""The place of a form in a participant's case book, as one text that is stored, linked and unique.

`visit:M3/1/LAB/1` is form LAB, first copy, at the first visit M3; `infusion:2/INF/1` belongs to infusion 2,
`event:3/AE/1` to adverse event 3, and `log/CM/4` is the fourth entry of a log. Written and read only here.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["visit", "infusion", "event", "log"]

SCREENING = "SCR"
"""Code of the visit at which a participant is screened."""

UNSCHEDULED = "UNS"
"""Code of the visits that nobody planned; their sequence counts them."""

LONGEST = 80
_NUMBER = r"[1-9][0-9]{0,3}"
_FORM = r"[A-Z][A-Z0-9]{0,7}"
_VISIT = re.compile(rf"visit:({_FORM})/({_NUMBER})/({_FORM})/({_NUMBER})", re.ASCII)
_NUMBERED = re.compile(rf"(infusion|event):({_NUMBER})/({_FORM})/({_NUMBER})", re.ASCII)
_LOG = re.compile(rf"log/({_FORM})/({_NUMBER})", re.ASCII)


class SlotError(ValueError):
    """A text that names no place in a case book."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for one form. Made by the functions below, so that no part is ever out of place."""

    kind: Kind
    form: str
    sequence: int = 1
    visit: str = ""
    """Code of the visit; empty for what belongs to no visit."""
    occasion: int = 0
    """Which of the visits of this code, or the number of the infusion or of the event; 0 for logs."""

    def __str__(self) -> str:
        if self.kind == "visit":
            return f"visit:{self.visit}/{self.occasion}/{self.form}/{self.sequence}"
        if self.kind == "log":
            return f"log/{self.form}/{self.sequence}"
        return f"{self.kind}:{self.occasion}/{self.form}/{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a slot; raises `SlotError` for any other text."""
        if len(text) <= LONGEST:
            if found := _VISIT.fullmatch(text):
                return cls("visit", found[3], int(found[4]), visit=found[1], occasion=int(found[2]))
            if found := _NUMBERED.fullmatch(text):
                kind: Kind = "infusion" if found[1] == "infusion" else "event"
                return cls(kind, found[3], int(found[4]), occasion=int(found[2]))
            if found := _LOG.fullmatch(text):
                return cls("log", found[1], int(found[2]))
        raise SlotError(f"{text[:LONGEST]!r} is no place for a form.")

    @property
    def place(self) -> str:
        """The visit, infusion or event without the form: `visit:M3/1`; empty for logs."""
        return "" if self.kind == "log" else str(self).split("/" + self.form + "/", maxsplit=1)[0]


def visit_slot(visit: str, occasion: int, form: str, sequence: int = 1) -> Slot:
    """The place of a form at a visit."""
    return Slot("visit", form, sequence, visit=visit, occasion=occasion)


def infusion_slot(number: int, form: str, sequence: int = 1) -> Slot:
    """The place of a form of an infusion."""
    return Slot("infusion", form, sequence, occasion=number)


def event_slot(number: int, form: str, sequence: int = 1) -> Slot:
    """The place of a form of an adverse event."""
    return Slot("event", form, sequence, occasion=number)


def log_slot(form: str, sequence: int) -> Slot:
    """The place of one entry of a log."""
    return Slot("log", form, sequence)
