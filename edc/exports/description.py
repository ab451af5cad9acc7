"""What a dataset is: columns that say what they hold, and rows that are read only when a file is written."""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Row = Sequence[str]


class Information(enum.StrEnum):
    """Who may know of it: everybody who reads the data, who may identify, or only the unblinded."""

    OPEN = "open"
    IDENTIFYING = "identifying"
    UNBLINDING = "unblinding"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as the codebook describes it."""

    name: str
    label: str
    type: str = "text"
    """text, integer, decimal, date, partial_date, time, moment, code, flag, missing_code or json."""
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Codes and their labels, in the order of the list."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Codes that say why there is no value; they stand in the column of the same name with _MISS."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that a dataset does not hold for this reader, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class Dataset:
    """One table of an extract. `rows` reads it anew each time, row by row, in an order that never varies.

    Raises `ValueError` when two columns have one name.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        names = self.header
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.name} has two columns of the name {', '.join(twice)}")

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]
