"""The codebook: itself two datasets, one row for each column, and one for each code of a column."""

from collections.abc import Iterator, Mapping, Sequence

from edc.exports.description import Column, Dataset, Row

CODEBOOK, CODES = "codebook", "codebook_codes"

_COLUMNS = (
    Column("DATASET", "Dataset, as in the name of its file"),
    Column("DATASET_LABEL", "What the dataset holds"),
    Column("POSITION", "Position of the column, from 1", "integer"),
    Column("COLUMN", "Name of the column"),
    Column("LABEL", "What the column holds"),
    Column("TYPE", "Type of the values"),
    Column("UNIT", "Unit of the values"),
    Column("CHOICES", "Codes and their labels"),
    Column("MISSING", "Codes that say why there is no value, and their labels"),
)
_CODE_COLUMNS = (
    Column("DATASET", "Dataset, as in the name of its file"),
    Column("COLUMN", "Name of the column"),
    Column("USE", "What the code is", "code", choices={"value": "a value", "missing": "why there is no value"}),
    Column("CODE", "Code as it stands in the file"),
    Column("LABEL", "What the code means"),
)


def codebook(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return the codebook of these datasets, in words and code by code."""
    return [
        Dataset(CODEBOOK, "Codebook: every column of every dataset", _COLUMNS, lambda: _columns(datasets)),
        Dataset(CODES, "Codebook: every code of every column", _CODE_COLUMNS, lambda: _codes(datasets)),
    ]


def _columns(datasets: Sequence[Dataset]) -> Iterator[Row]:
    for dataset in datasets:
        for position, column in enumerate(dataset.columns, start=1):
            yield (
                dataset.name,
                dataset.title,
                str(position),
                column.name,
                column.label,
                column.type,
                column.unit,
                _in_words(column.choices),
                _in_words(column.missing),
            )


def _codes(datasets: Sequence[Dataset]) -> Iterator[Row]:
    for dataset in datasets:
        for column in dataset.columns:
            for use, codes in (("value", column.choices), ("missing", column.missing)):
                for code, label in codes.items():
                    yield dataset.name, column.name, use, code, label


def _in_words(codes: Mapping[str, str]) -> str:
    return " | ".join(f"{code} = {label}" for code, label in codes.items())
