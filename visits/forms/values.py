"""Reading stored values: every answer by its path, its label and its words, for the trail, queries and pages."""

from collections.abc import Iterator, Mapping
from typing import Any

from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, JsonAnswer
from visits.forms.kinds import KINDS
from visits.forms.sheet import path_of

Values = Mapping[str, Any]


def flatten(values: Values | None) -> dict[str, JsonAnswer]:
    """Every stored answer by its path (`ALB`, `MEDS[r1].MEDNAME`), those of an older form version included."""
    flat: dict[str, JsonAnswer] = {}
    for name, stored in (values or {}).items():
        if name.startswith("_"):
            continue
        if isinstance(stored, list):
            for row in stored:
                flat.update({path_of(name, row["_row"], key): row[key] for key in row if not key.startswith("_")})
        else:
            flat[name] = stored
    return flat


def item_at(form: Form, path: str) -> Item | None:
    """The item of a path; None for a path that is none of an item, or of one that the form no longer has."""
    return form.by_id.get(path.rpartition(".")[2])


def label_of(form: Form, path: str, lang: str = "en") -> str:
    """The path in words: `Albumin`; `Other medication, row 2: Name`; the form's title for ''."""
    if not path:
        return form.title.text(lang)
    item = item_at(form, path)
    words = item.label.text(lang) if item else path
    group_id, bracket, rest = path.partition("[")
    group = form.groups_by_id.get(group_id)
    if group is None:
        return words
    if not bracket:
        return group.title.text(lang)
    return f"{group.title.text(lang)}, row {rest.partition(']')[0].lstrip('r')}: {words}"


def show_at(form: Form, path: str, stored: JsonAnswer | None, context: Context) -> str:
    """A stored answer in words, whatever the path; the text itself where the form no longer has the item."""
    item, answer = item_at(form, path), Answer.from_json(stored)
    if item is None:
        return answer.missing or answer.canonical or "not entered"
    return KINDS[item.kind].show(item, answer, context)


def typed_values(form: Form, values: Values | None, context: Context) -> dict[str, object]:
    """The rule values of the items outside groups, by item id; what is blank or missing is UNKNOWN."""
    stored = values or {}
    return {
        item.id: KINDS[item.kind].value(item, Answer.from_json(stored.get(item.id)), context) for item in form.items()
    }


def answers_of(form: Form, values: Values | None) -> Iterator[tuple[str, Item, Answer]]:
    """Path, item and answer of every item of the form that has an answer, in the order of the page."""
    stored = values or {}
    for block in form.blocks():
        if isinstance(block, Item):
            if block.id in stored:
                yield block.id, block, Answer.from_json(stored[block.id])
            continue
        for row in stored.get(block.id, ()):
            for item in block.items:
                if item.id in row:
                    yield path_of(block.id, row["_row"], item.id), item, Answer.from_json(row[item.id])
