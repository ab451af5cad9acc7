"""Rows of an act and its seals, written with texts of SQL that are made once for each table.

The ORM builds a statement anew for every save, which costs several times what the database needs to carry it out. What
is written here is always a whole row of a known table, so its statement never changes but for the number of rows.

PostgreSQL takes all the parts of a batch as one statement, SQLite one after the other; both store the same.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

LARGEST = 1000
"""Rows of one part at most; SQLite takes fewer, by the number of its columns."""


@functools.cache
def _insert(model: type[models.Model]) -> "tuple[tuple[models.Field[Any, Any], ...], str, str]":
    """The columns of a table, the beginning of its INSERT, and the marks for the values of one row.

    A key that the database gives is left to it; the rows in hand do not learn it.
    """
    fields = tuple(each for each in model._meta.local_concrete_fields if not isinstance(each, models.AutoField))
    names = ", ".join(f'"{each.column}"' for each in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    return fields, f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ', marks  # noqa: S608 - names of our own models


@dataclass
class Batch:
    """Statements that only write, and do not depend on each other; sent together at the end."""

    parts: list[tuple[str, list[Any]]] = field(default_factory=list)

    def insert(self, rows: Sequence[models.Model], on_conflict: str = "") -> None:
        """Add whole new rows of one table. `on_conflict` is what follows, `ON CONFLICT ... DO UPDATE ...`."""
        if not rows:
            return
        fields, beginning, marks = _insert(type(rows[0]))
        limit = connection.features.max_query_params
        largest = min(LARGEST, limit // len(fields)) if limit else LARGEST
        for start in range(0, len(rows), largest):
            some = rows[start : start + largest]
            values = [
                each.get_db_prep_save(each.pre_save(row, add=True), connection) for row in some for each in fields
            ]
            self.parts.append((f"{beginning}{', '.join([marks] * len(some))}{on_conflict}", values))
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def send(self) -> None:
        """Carry it all out."""
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql" or len(self.parts) == 1:
                for text, values in self.parts:
                    cursor.execute(text, values)
                return
            *before, (last, _) = self.parts
            with_these = ", ".join(f"part{number} AS ({text})" for number, (text, _) in enumerate(before))
            cursor.execute(f"WITH {with_these} {last}", [value for _, values in self.parts for value in values])
