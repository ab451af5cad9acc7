"""Rows of an act and its seals, written with texts of SQL that are made once for each table.

The ORM builds a statement anew for every save, which costs several times what the database needs to carry it out. What
is written here is always a whole row of a known table, so its statement never changes but for the number of rows.

PostgreSQL takes all the parts of a batch as one statement, SQLite one after the other; both store the same.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

LARGEST = 1000
"""Rows of one part at most; SQLite takes fewer, by the number of its columns."""
IN_COLUMNS = 4
"""From so many rows on, PostgreSQL is given a list for each column, which spares it the reading of many marks."""


@dataclass(frozen=True)
class Table:
    """How whole new rows of one table are written."""

    fields: "tuple[models.Field[Any, Any], ...]"
    beginning: str
    marks: str
    """The marks for the values of one row."""
    lists: str
    """The marks for a list of values for each column (PostgreSQL); empty where a column holds JSON."""


@functools.cache
def _table(model: type[models.Model], vendor: str) -> Table:
    """A key that the database gives is left to it; the rows in hand do not learn it."""
    fields = tuple(each for each in model._meta.local_concrete_fields if not isinstance(each, models.AutoField))
    names = ", ".join(f'"{each.column}"' for each in fields)
    lists = ""
    if vendor == "postgresql" and not any(isinstance(each, models.JSONField) for each in fields):
        types = [str(each.db_type(connections[DEFAULT_DB_ALIAS])).partition("(")[0] for each in fields]
        lists = f"SELECT * FROM UNNEST({', '.join(f'(%s)::{each}[]' for each in types)})"  # noqa: S608 - types of our own columns
    return Table(
        fields,
        f'INSERT INTO "{model._meta.db_table}" ({names}) ',
        f"({', '.join(['%s'] * len(fields))})",
        lists,
    )


@dataclass
class Batch:
    """Statements that only write, and do not depend on each other; sent together at the end."""

    parts: list[tuple[str, list[Any]]] = field(default_factory=list)
    connection: BaseDatabaseWrapper = field(default_factory=lambda: connections[DEFAULT_DB_ALIAS])

    def insert(self, rows: Sequence[models.Model], on_conflict: str = "") -> None:
        """Add whole new rows of one table. `on_conflict` is what follows, `ON CONFLICT ... DO UPDATE ...`."""
        if not rows:
            return
        table = _table(type(rows[0]), self.connection.vendor)
        limit = self.connection.features.max_query_params
        largest = min(LARGEST, limit // len(table.fields)) if limit else LARGEST
        for start in range(0, len(rows), largest):
            text, values = self._insert(table, rows[start : start + largest])
            self.parts.append((f"{table.beginning}{text}{on_conflict}", values))
        for row in rows:
            row._state.adding, row._state.db = False, self.connection.alias

    def _insert(self, table: Table, rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
        own = self.connection
        if table.lists and len(rows) >= IN_COLUMNS:
            return table.lists, [
                [each.get_db_prep_save(each.pre_save(row, add=True), own) for row in rows] for each in table.fields
            ]
        values = [each.get_db_prep_save(each.pre_save(row, add=True), own) for row in rows for each in table.fields]
        return f"VALUES {', '.join([table.marks] * len(rows))}", values

    def send(self) -> None:
        """Carry it all out."""
        with self.connection.cursor() as cursor:
            if self.connection.vendor != "postgresql" or len(self.parts) == 1:
                for text, values in self.parts:
                    cursor.execute(text, values)
                return
            *before, (last, _) = self.parts
            with_these = ", ".join(f"part{number} AS ({text})" for number, (text, _) in enumerate(before))
            cursor.execute(f"WITH {with_these} {last}", [value for _, values in self.parts for value in values])
