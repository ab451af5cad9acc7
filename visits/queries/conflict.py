"""Two people saved the same form: what each of them changed since both opened it, item by item."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from trials.protocol.schema.items import Group
from visits.forms.answer import Answer, RawAnswer
from visits.forms.binding import Bound, bind
from visits.forms.sheet import ROWS_GIVEN, field_name, path_of, read_post, row_number
from visits.forms.values import flatten, label_of, show_at
from visits.models import Entry
from visits.queries.entry import EntryPage


@dataclass(frozen=True)
class Difference:
    """One item that somebody changed: as it was opened, as it is saved now, and as this person typed it."""

    label: str
    opened: str
    saved: str
    mine: str
    clashes: bool
    """Both changed it, and not to the same."""


@dataclass
class Comparison:
    """The two versions, and the fields that put this person's changes on top of what is saved now."""

    differences: list[Difference]
    saved_by: str
    saved_at: Any
    revision: int
    fields: list[tuple[str, str]] = field(default_factory=list)


def compare(page: EntryPage, typed: QueryDict, base_revision: int) -> Comparison:
    """Compare what this person typed with what is saved now, from the revision that they had opened.

    What they did not touch stays as it is saved now; a row that both added is kept twice.
    """
    entry = page.entry
    assert entry is not None  # noqa: S101  (a conflict has something saved to conflict with)
    history = {row.revision: row for row in Entry.history.filter(id=entry.pk).select_related("act")}
    opened = history.get(base_revision)
    latest = history[entry.revision].act
    base = opened.values if opened is not None and not opened.withdrawn else {}
    now = {} if entry.withdrawn else entry.values
    mine = bind(page.form, read_post(page.form, dict(typed.lists())), base, page.context)
    return Comparison(
        differences=list(_differences(page, mine, flatten(base), flatten(now))),
        saved_by=f"{latest.actor_name}, {latest.actor_role}" if latest.actor_role else latest.actor_name,
        saved_at=latest.at,
        revision=entry.revision,
        fields=_fields(page, mine, now),
    )


def _touched(mine: Bound) -> set[str]:
    """The paths that this person changed, those that could not be read included."""
    return {change.path for change in mine.changes} | {path for path in mine.errors if path in mine.typed}


def _differences(page: EntryPage, mine: Bound, base: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    form, context, touched = page.form, page.context, _touched(mine)
    theirs = {
        path
        for path in base.keys() | now.keys()
        if not Answer.from_json(base.get(path)).same_as(Answer.from_json(now.get(path)))
    }
    order = {item_id: number for number, item_id in enumerate(form.by_id)}
    for path in sorted(touched | theirs, key=lambda one: (order.get(one.rpartition(".")[2], -1), one)):
        if path.rpartition(".")[2] in context.withheld:
            continue
        answer = mine.answers.get(path)
        yours = show_at(form, path, answer.to_json(), context) if answer else mine.typed[path].text
        saved = show_at(form, path, now.get(path), context)
        yield Difference(
            label=label_of(form, path, context.lang),
            opened=show_at(form, path, base.get(path), context),
            saved=saved,
            mine=yours if path in touched else saved,
            clashes=path in touched and path in theirs and yours != saved,
        )


def _fields(page: EntryPage, mine: Bound, now: dict[str, Any]) -> list[tuple[str, str]]:
    """The names and values of a post that saves this person's changes on top of what is saved now."""
    form, touched = page.form, _touched(mine)
    fields: list[tuple[str, str]] = []
    for item in form.items():
        if item.id not in page.context.withheld:
            fields += _parts(item.id, _raw(mine, item.id, item.id in touched, now.get(item.id)))
    for group in form.groups():
        fields += _group_fields(group, mine, now, touched)
    return fields


def _group_fields(group: Group, mine: Bound, now: dict[str, Any], touched: set[str]) -> Iterator[tuple[str, str]]:
    """The saved rows with this person's changes; rows that this person added come after them, under new keys."""
    saved = {row["_row"]: row for row in now.get(group.id, ())}
    rows = {row.key: row for row in mine.rows.get(group.id, ())}
    highest = max([now.get(ROWS_GIVEN, {}).get(group.id, 0), *(row_number(key) for key in saved)])
    for key, stored in saved.items():
        row = rows.get(key)
        known = row is not None and not row.is_new
        if known and row is not None and row.deleted:
            yield f"{group.id}-{key}-_delete", "on"
        yield from _row_fields(group, mine, key, key, stored, touched if known else set())
    for key, row in rows.items():
        paths = {path_of(group.id, key, item.id) for item in group.items}
        if not row.deleted and (row.is_new or (key not in saved and paths & touched)):
            highest += 1
            yield from _row_fields(group, mine, key, f"r{highest}", {}, paths)


def _row_fields(
    group: Group, mine: Bound, key: str, name: str, stored: dict[str, Any], touched: set[str]
) -> Iterator[tuple[str, str]]:
    yield f"{group.id}-{name}-_row", name
    for item in group.items:
        path = path_of(group.id, key, item.id)
        raw = _raw(mine, path, path in touched, stored.get(item.id))
        yield from _parts(field_name(path_of(group.id, name, item.id)), raw)


def _raw(mine: Bound, path: str, is_mine: bool, stored: Any) -> RawAnswer:
    if is_mine and path in mine.typed:
        return mine.typed[path]
    return Answer.from_json(stored).to_raw()


def _parts(name: str, raw: RawAnswer) -> list[tuple[str, str]]:
    parts = ((name, raw.text), (f"{name}-unit", raw.unit), (f"{name}-missing", raw.missing))
    return [(key, text) for key, text in parts if text]
