"""Says in words what differs between two protocols, for the people who decide on an amendment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from trials.protocol.schema.base import Label, Part
from trials.protocol.schema.forms import Form, Section
from trials.protocol.schema.items import Group, Item
from trials.protocol.schema.lists import Unit
from trials.protocol.schema.protocol import Protocol
from trials.protocol.schema.schedule import Dose, InfusionForms, Offset, Window

What = Literal["added", "removed", "changed", "moved"]

FIELDS = {
    "class_": "information class",
    "planned": "planned number",
    "warn_at": "number at which a warning is shown",
    "when": "condition",
    "show": "condition for showing it",
    "who": "role that fills it in",
    "about": "what it is about",
    "max_length": "greatest length",
    "future": "whether dates in the future are taken",
    "missing": "missing codes",
    "serious": "rule for serious",
    "serious_words": "definition of serious",
    "at": "times",
    "starts": "first day of use",
    "after_withdrawal": "forms open after withdrawal of consent",
    "assumed": "mark as assumed",
    "hard": "whether it refuses the form",
}
NOUNS = {
    "sites": "site",
    "arms": "arm",
    "eligibility": "criterion",
    "reminders": "reminder",
    "outcomes": "outcome",
    "missing": "missing code",
    "choices": "choice list",
    "options": "answer",
    "scales": "scale",
    "grades": "grade",
    "analytes": "analyte",
    "units": "unit",
    "forms": "form",
    "visits": "visit",
    "versions": "consent version",
    "checks": "check",
    "sections": "section",
}
_IDENTITIES = ("id", "code", "version", "grade", "unit")
_COMPACT = (Window, Offset, Dose, InfusionForms)
MANY = Decimal(10_000)
_SKIPPED = {"format", "version", "library"}


@dataclass(frozen=True)
class Change:
    """One difference: where (from the outside in), what happened, and the sentence that says so."""

    place: tuple[str, ...]
    what: What
    sentence: str

    def __str__(self) -> str:
        where = ", ".join(self.place)
        return f"{where}: {self.sentence}" if where else self.sentence


def diff(old: Protocol, new: Protocol) -> list[Change]:
    """Every difference in meaning, in the order of the file; the version itself is left out."""
    return list(_parts((), old, new))


def _parts(place: tuple[str, ...], old: BaseModel, new: BaseModel) -> Iterator[Change]:
    if isinstance(old, Form) and isinstance(new, Form):
        yield from _form(place, old, new)
        return
    limits = _limit_fields(old)
    for name in type(old).model_fields:
        if (not place and name in _SKIPPED) or name in limits:
            continue
        yield from _field(place, name, getattr(old, name), getattr(new, name))
    yield from _limits(place, old, new)


def _field(place: tuple[str, ...], name: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    noun = NOUNS.get(name, _words(name))
    if isinstance(old, Label) and isinstance(new, Label):
        yield from _label(place, name, old, new)
    elif isinstance(old, Part) and isinstance(new, Part) and not isinstance(old, _COMPACT):
        yield from _parts((*place, _words(name)), old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _matched(place, noun, dict(old), dict(new))
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _lists(place, name, noun, old, new)
    elif old is None or old == "" or (isinstance(old, bool) and old is False and not isinstance(new, bool)):
        yield Change(place, "added", f"{_words(name)} added: {say(new)}")
    elif new is None or (isinstance(new, bool) and new is False and not isinstance(old, bool)):
        yield Change(place, "removed", f"{_words(name)} removed, it was {say(old)}")
    else:
        yield Change(place, "changed", f"{_words(name)} changed from {say(old)} to {say(new)}")


def _label(place: tuple[str, ...], name: str, old: Label, new: Label) -> Iterator[Change]:
    languages = sorted(old.languages | new.languages) or ["en"]
    for language in languages:
        before, after = old.text(language), new.text(language)
        if before != after:
            tongue = f" ({language})" if len(languages) > 1 else ""
            yield Change(place, "changed", f'{_words(name)}{tongue} changed from "{before}" to "{after}"')
    if old.text() == new.text() and old.languages != new.languages:
        yield Change(place, "changed", f"languages of the {_words(name)} changed")


def _lists(
    place: tuple[str, ...], name: str, noun: str, old: tuple[Any, ...], new: tuple[Any, ...]
) -> Iterator[Change]:
    before, after = _by_identity(old), _by_identity(new)
    if before is not None and after is not None and (before or after):
        yield from _matched(place, noun, before, after)
        common = [one for one in before if one in after]
        if common != [one for one in after if one in before]:
            yield Change(place, "moved", f"the order of the {_words(name)} changed")
        return
    said_old, said_new = [say(one) for one in old], [say(one) for one in new]
    added = [one for one in said_new if one not in said_old]
    removed = [one for one in said_old if one not in said_new]
    pieces = [f"{', '.join(added)} added"] if added else []
    pieces += [f"{', '.join(removed)} removed"] if removed else []
    what: What = "changed" if added and removed else "added" if added else "removed" if removed else "moved"
    yield Change(place, what, f"{_words(name)}: {'; '.join(pieces) or 'order changed'}")


def _by_identity(parts: tuple[Any, ...]) -> dict[str, Part] | None:
    found: dict[str, Part] = {}
    for part in parts:
        key = next((getattr(part, one) for one in _IDENTITIES if isinstance(part, Part) and hasattr(part, one)), None)
        if key is None:
            return None
        found[str(key)] = part
    return found


def _matched(place: tuple[str, ...], noun: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key, part in old.items():
        if key not in new:
            yield Change(place, "removed", f"{noun} {_titled(key, part)} removed")
        elif part != new[key]:
            yield from _parts((*place, f"{noun} {key}"), part, new[key])
    for key, part in new.items():
        if key not in old:
            yield Change(place, "added", f"{noun} {_titled(key, part)} added")


def _titled(key: str, part: Any) -> str:
    """The key, and its label in brackets when it says more."""
    for name in ("label", "title", "text", "city"):
        words = getattr(part, name, None)
        if isinstance(words, (Label, str)) and str(words) != key:
            return f"{key} ({words})"
    return key


def _form(place: tuple[str, ...], old: Form, new: Form) -> Iterator[Change]:
    for name in type(old).model_fields:
        if name != "sections":
            yield from _field(place, name, getattr(old, name), getattr(new, name))
    before, after = {one.id: one for one in old.sections}, {one.id: one for one in new.sections}
    for key, section in before.items():
        if key not in after:
            yield Change(place, "removed", f"section {_titled(key, section)} removed")
        else:
            yield from _without(("items",), (*place, f"section {key}"), section, after[key])
    for key, section in after.items():
        if key not in before:
            yield Change(place, "added", f"section {_titled(key, section)} added")
    if [one for one in before if one in after] != [one for one in after if one in before]:
        yield Change(place, "moved", "the order of the sections changed")
    yield from _blocks(place, old, new)


def _without(skipped: tuple[str, ...], place: tuple[str, ...], old: Part, new: Part) -> Iterator[Change]:
    for name in type(old).model_fields:
        if name not in skipped:
            yield from _field(place, name, getattr(old, name), getattr(new, name))


def _blocks(place: tuple[str, ...], old: Form, new: Form) -> Iterator[Change]:
    """Items and groups of the whole form, so that a move is told apart from a loss."""
    before, after = _homes(old), _homes(new)
    for key, (home, block) in before.items():
        noun = "group" if isinstance(block, Group) else "item"
        if key not in after:
            yield Change(place, "removed", f"{noun} {_titled(key, block)} removed from {home}")
            continue
        new_home, new_block = after[key]
        if home != new_home:
            yield Change(place, "moved", f"{noun} {key} moved from {home} to {new_home}")
        if type(block) is not type(new_block):
            yield Change(place, "changed", f"{key} is no longer a {noun}")
        elif block != new_block:
            yield from _without(("items", *_limit_fields(block)), (*place, f"{noun} {key}"), block, new_block)
            yield from _limits((*place, f"{noun} {key}"), block, new_block)
    for key, (home, block) in after.items():
        if key not in before:
            noun = "group" if isinstance(block, Group) else "item"
            yield Change(place, "added", f"{noun} {_titled(key, block)} added to {home}")
    for home in dict.fromkeys(one for one, _ in before.values()):
        here = [key for key, (one, _) in before.items() if one == home and after.get(key, ("",))[0] == home]
        there = [key for key, (one, _) in after.items() if one == home and before.get(key, ("",))[0] == home]
        if here != there:
            yield Change(place, "moved", f"the order in {home} changed")


def _homes(form: Form) -> dict[str, tuple[str, Item | Group]]:
    found: dict[str, tuple[str, Item | Group]] = {}
    for section in form.sections:
        for block in section.items:
            found[block.id] = (_home(section), block)
            if isinstance(block, Group):
                found.update({item.id: (f"group {block.id}", item) for item in block.items})
    return found


def _home(section: Section) -> str:
    return f"section {section.id}"


def _limit_fields(part: BaseModel) -> tuple[str, ...]:
    if isinstance(part, Item):
        return ("low", "high", "soft_low", "soft_high")
    return ("plausible",) if isinstance(part, Unit) else ()


def _limits(place: tuple[str, ...], old: BaseModel, new: BaseModel) -> Iterator[Change]:
    """The ranges of an item or of a unit, said as ranges."""
    if isinstance(old, Item) and isinstance(new, Item):
        for words, low, high in (("range", "low", "high"), ("usual range", "soft_low", "soft_high")):
            before = say_range(getattr(old, low), getattr(old, high))
            after = say_range(getattr(new, low), getattr(new, high))
            if before != after:
                yield Change(place, "changed", f"{words} changed from {before} to {after}")
    if isinstance(old, Unit) and isinstance(new, Unit) and old.plausible != new.plausible:
        before, after = (say_range(*one.plausible) if one.plausible else "none" for one in (old, new))
        yield Change(place, "changed", f"plausible range changed from {before} to {after}")


def say_range(low: Decimal | None, high: Decimal | None) -> str:
    """A range in words; either end may be open."""
    if low is None and high is None:
        return "none"
    if low is None:
        return f"at most {say(high)}"
    return f"at least {say(low)}" if high is None else f"{say(low)}–{say(high)}"


def _words(name: str) -> str:
    return FIELDS.get(name, name.replace("_", " "))


def say(value: object) -> str:
    """A value of the file in words."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "yes", False: "no"}[value]
    if isinstance(value, Dose):
        return say_dose(value)
    if isinstance(value, tuple):
        return ", ".join(say(one) for one in value) or "none"
    if isinstance(value, Part) and not isinstance(value, (Offset, Window)):
        given = {name: getattr(value, name) for name in type(value).model_fields}
        return ", ".join(f"{_words(name)} {say(one)}" for name, one in given.items() if one not in {None, False, ()})
    if isinstance(value, Decimal):
        return say_cells(value) if value >= MANY else format(value, "f")
    return f'"{value}"' if isinstance(value, Label) else str(value)


def say_dose(dose: Dose) -> str:
    """A dose in words: `4E+7 cells in 40 mL` reads as 4×10⁷."""
    if dose.basis == "cells_per_kg_range" and dose.low is not None and dose.high is not None:
        amount = f"{say_cells(dose.low)} to {say_cells(dose.high)}"
    else:
        amount = say_cells(dose.amount) if dose.amount is not None else "?"
    volume = f" in {dose.volume_ml} mL" if dose.volume_ml is not None else ""
    return f"{amount} {dose.unit}{volume}, {dose.counted} cells counted"


def say_cells(amount: Decimal) -> str:
    """A number of cells as mantissa and power of ten."""
    if amount == 0:
        return "0"
    power = amount.adjusted()
    mantissa = amount.scaleb(-power).normalize()
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{mantissa}×10{raised}"
