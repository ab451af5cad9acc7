"""The two doors by which typing comes in, a page's post and a programme's JSON, read into one and the same sheet.

Field names of a page: `ALB`, `ALB-unit`, `ALB-missing`; in a repeating group `MEDS-r1-MEDNAME`,
`MEDS-r1-MEDNAME-unit`, `MEDS-r1-_delete`, and `MEDS-r1-_row` so that a row with nothing chosen is seen.
JSON: `{"ALB": "34.5"}` or `{"ALB": {"text": "34.5", "unit": "g/L", "missing": ""}}` or null for no answer; groups
are lists of objects with `_row` (absent for a new row) and `_delete`. An item or a row that JSON leaves out stays as
it is saved; on a page all items are there, and one that is not posted (no choice made) is blank.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from edc.text import printable
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Group, Item
from visits.forms.answer import RawAnswer, quoted

ROW_KEY = re.compile(r"r[1-9][0-9]{0,4}", re.ASCII)
TICKED: Final = frozenset({"on", "true", "1", "yes"})
_ITEM_LIKE = re.compile(r"[A-Z][A-Z0-9_]{0,31}(?:-.{0,80})?", re.ASCII)
_PARTS: Final = ("text", "unit", "missing")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The typing of one row of a repeating group."""

    key: str
    """`r1`, or '' for a new row that has no key yet."""
    raws: Mapping[str, RawAnswer]
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """All typing for one form, however it came in."""

    raws: Mapping[str, RawAnswer] = field(default_factory=dict)
    rows: Mapping[str, Sequence[SheetRow]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    """What does not belong to the form at all, by its path or name."""


def read_post(form: Form, data: Mapping[str, Sequence[str]]) -> Sheet:
    """Read what a page posted. Names in small letters (the token, the revision, the reason) are not answers."""
    raws = {item.id: _posted(item, data, item.id) for item in form.items()}
    rows = {group.id: _posted_rows(group, data) for group in form.groups()}
    known = {name for item in form.items() for name in _names(item.id)} | {
        name for group in form.groups() for row in rows[group.id] for name in _row_names(group, row.key)
    }
    faults = {
        _short(name): f"This form has no item {quoted(name)}."
        for name in data
        if name not in known and _ITEM_LIKE.fullmatch(name)
    }
    return Sheet(raws, rows, faults)


def read_json(form: Form, data: object) -> Sheet:
    """Read what a programme sent; what is not of the agreed shape becomes a fault, never an error."""
    if not isinstance(data, Mapping):
        return Sheet(faults={"": 'Send one object with an answer for each item, such as {"ALB": "34.5"}.'})
    items, groups = {item.id: item for item in form.items()}, form.groups_by_id
    raws: dict[str, RawAnswer] = {}
    rows: dict[str, list[SheetRow]] = {}
    faults: dict[str, str] = {}
    for name, sent in data.items():
        if name in items:
            raws[name] = _sent(items[name], sent)
        elif name in groups:
            rows[name] = _sent_rows(groups[name], sent, faults)
        elif name != ROWS_GIVEN:
            faults[_short(name)] = f"This form has no item {quoted(str(name))}."
    return Sheet(raws, rows, faults)


ROWS_GIVEN: Final = "_rows"
"""Key in stored values: the highest row number ever given in each group, so that no key is used twice."""


def path_of(group_id: str, row_key: str, item_id: str) -> str:
    """`MEDS[r1].MEDNAME`."""
    return f"{group_id}[{row_key}].{item_id}"


def field_name(path: str) -> str:
    """The name of the page's control for a path: `MEDS-r1-MEDNAME` for `MEDS[r1].MEDNAME`."""
    return path.replace("[", "-").replace("].", "-")


def _short(name: object) -> str:
    """A name that somebody sent, as far as it can be shown."""
    return printable(str(name)[:80])


def _names(name: str) -> tuple[str, str, str]:
    return name, f"{name}-unit", f"{name}-missing"


def _row_names(group: Group, key: str) -> set[str]:
    prefix = f"{group.id}-{key}"
    names = {name for item in group.items for name in _names(f"{prefix}-{item.id}")}
    return names | {f"{prefix}-_row", f"{prefix}-_delete"}


def _posted(item: Item, data: Mapping[str, Sequence[str]], name: str) -> RawAnswer:
    texts, units, missing = (_distinct(data.get(part, ())) for part in _names(name))
    if item.kind == "many":
        texts = [" ".join(texts)]
    if max(len(texts), len(units), len(missing)) > 1:
        return RawAnswer(text=texts[0] if texts else "", fault="This item was answered twice. Keep one answer.")
    return RawAnswer("".join(texts), "".join(units), "".join(missing))


def _distinct(sent: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text for text in sent if text))


def _posted_rows(group: Group, data: Mapping[str, Sequence[str]]) -> list[SheetRow]:
    pattern = re.compile(rf"{group.id}-({ROW_KEY.pattern})-.*", re.ASCII | re.DOTALL)
    keys = dict.fromkeys(found[1] for name in data if (found := pattern.fullmatch(name)))
    rows = []
    for key in sorted(keys, key=row_number):
        raws = {item.id: _posted(item, data, f"{group.id}-{key}-{item.id}") for item in group.items}
        marks = data.get(f"{group.id}-{key}-_delete", ())
        rows.append(SheetRow(key, raws, any(mark.lower() in TICKED for mark in marks)))
    return rows


def row_number(key: str) -> int:
    """3 for `r3`."""
    return int(key[1:])


def _sent(item: Item, sent: Any) -> RawAnswer:
    if sent is None:
        return RawAnswer()
    if isinstance(sent, str):
        return RawAnswer(text=sent)
    if item.kind == "many" and isinstance(sent, list) and all(isinstance(code, str) for code in sent):
        return RawAnswer(text=" ".join(sent))
    if isinstance(sent, Mapping):
        return _sent_parts(item, sent)
    return RawAnswer(
        text=str(sent) if isinstance(sent, (bool, int, float)) else "",
        fault='Send the answer as text, exactly as it was written: "5.0" in quotes, not 5.0.',
    )


def _sent_parts(item: Item, sent: Mapping[str, Any]) -> RawAnswer:
    unknown = [name for name in sent if name not in {*_PARTS, "value"}]
    if unknown:
        return RawAnswer(fault=f"An answer has text, unit and missing; {quoted(str(unknown[0]))} is none of them.")
    text = sent.get("text")
    whole = _sent(item, text) if isinstance(text, list) else RawAnswer(text=text or "")
    others = {name: sent.get(name) for name in ("unit", "missing")}
    if whole.fault or any(not isinstance(part, str | None) for part in (whole.text, *others.values())):
        return RawAnswer(fault='Send text, unit and missing as text: "5.0" in quotes, not 5.0.')
    return RawAnswer(whole.text, others["unit"] or "", others["missing"] or "")


def _sent_rows(group: Group, sent: Any, faults: dict[str, str]) -> list[SheetRow]:
    if not isinstance(sent, list) or not all(isinstance(row, Mapping) for row in sent):
        faults[group.id] = f"Send {group.id} as a list with one object for each row."
        return []
    rows: list[SheetRow] = []
    items, seen = group.by_id, set()
    for number, row in enumerate(sent, start=1):
        key = row.get("_row") or ""
        if key and (not isinstance(key, str) or not ROW_KEY.fullmatch(key) or key in seen):
            faults[f"{group.id}[{number}]"] = f"{quoted(str(key))} is not a row's key. Leave it out for a new row."
            continue
        seen.add(key)
        raws = {}
        for name, answer in row.items():
            if name in items:
                raws[name] = _sent(items[name], answer)
            elif name not in {"_row", "_delete"}:
                faults[f"{group.id}[{key or number}].{_short(name)}"] = (
                    f"{group.title.text()} has no item {quoted(str(name))}."
                )
        rows.append(SheetRow(key, raws, row.get("_delete") is True))
    return rows
