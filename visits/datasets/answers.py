"""The columns of a form over all versions of the protocol, and the cells of one entry in them.

Columns stand in the order of the newest version, with its labels; those that only older versions have come last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from edc.exports.description import Column, LeftOut
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Item
from trials.reading import Reading
from visits.datasets.context import context_of
from visits.forms.answer import Answer, Context
from visits.forms.kinds import KINDS
from visits.forms.kinds import Column as KindColumn

Key = tuple[str, str]
"""An item's id and the name that its kind gives to a column."""


@dataclass(frozen=True, slots=True)
class _Read:
    """How one item of one version is read: the item, and where each of its cells goes."""

    item: Item
    context: Context
    places: tuple[int, ...]


class FormColumns:
    """One form, or one repeating group of it, as columns."""

    def __init__(self, of: Reading, form_id: str, taken: list[str], group_id: str = "") -> None:
        self._columns: dict[Key, Column] = {}
        self._reads: dict[UUID, dict[str, _Read]] = {}
        self._any_version: dict[str, _Read] = {}
        self._names = set(taken)
        self.left_out: list[LeftOut] = []
        for version, protocol in of.protocols.items():
            form = protocol.forms_by_id.get(form_id)
            if form is not None:
                self._add_version(of, version, form, group_id, context_of(protocol))

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, as the codebook describes them."""
        return tuple(self._columns.values())

    def cells(self, version: UUID, stored: Mapping[str, Any]) -> list[str]:
        """The exact text of every column for one entry, or one row of a group; '' where nothing was entered.

        An item that the entry's own version no longer has is read as the newest version that has it.
        """
        row = [""] * len(self._columns)
        own = self._reads.get(version, {})
        for item_id, answer in stored.items():
            read = own.get(item_id) or self._any_version.get(item_id)
            if read is None or not isinstance(answer, dict):
                continue
            texts = KINDS[read.item.kind].cells(read.item, Answer.from_json(answer), read.context)
            for place, text in zip(read.places, texts, strict=True):
                row[place] = text
        return row

    def _add_version(self, of: Reading, version: UUID, form: Form, group_id: str, context: Context) -> None:
        group = form.groups_by_id.get(group_id)
        items = group.items if group else () if group_id else form.items()
        reads = self._reads[version] = {}
        for item in items:
            closed = of.withheld.get(f"{form.id}.{item.id}")
            if closed is not None:
                self._leave_out(closed)
            elif item.kind in KINDS:
                columns = described(KINDS[item.kind].columns(item, context))
                places = tuple(self._place((item.id, column.name), column) for column in columns)
                reads[item.id] = _Read(item, context, places)
                self._any_version.setdefault(item.id, reads[item.id])

    def _leave_out(self, closed: LeftOut) -> None:
        if closed not in self.left_out:
            self.left_out.append(closed)

    def _place(self, key: Key, column: Column) -> int:
        """Where a column stands; codes that only an older version has are added to it."""
        known = self._columns.get(key)
        if known is None:
            self._columns[key] = replace(column, name=self._free(column.name))
        else:
            self._columns[key] = replace(
                known,
                type=known.type if known.type == column.type else "text",
                choices=_united(known.choices, column.choices),
                missing=_united(known.missing, column.missing),
            )
        return list(self._columns).index(key)

    def _free(self, name: str) -> str:
        """The name, with a number behind it when another column has it already."""
        free, number = name, 2
        while free in self._names:
            free, number = f"{name}_{number}", number + 1
        self._names.add(free)
        return free


def _united(newer: Mapping[str, str], older: Mapping[str, str]) -> dict[str, str]:
    """All codes, in the words of the newer version where it has them."""
    return {**newer, **{code: words for code, words in older.items() if code not in newer}}


def described(columns: list[KindColumn]) -> list[Column]:
    """The columns of a kind as an extract describes them: each value with the codes that say why it is missing."""
    missing = next((column.choices for column in columns if column.type == "missing_code"), {})
    return [
        Column(
            column.name,
            column.label,
            column.type,
            column.unit,
            column.choices,
            {} if column.type == "missing_code" else missing,
        )
        for column in columns
    ]
