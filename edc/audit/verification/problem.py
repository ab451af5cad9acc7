"""One thing that does not fit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """The row that does not fit, and why: table, key, and a sentence."""

    table: str
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.sentence}"
