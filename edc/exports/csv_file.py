"""CSV as RFC 4180 has it: UTF-8, commas, CR LF at the end of a record, quotation marks only where needed."""

import csv
import io
from collections.abc import Iterable, Iterator

from edc.exports.description import Row
from edc.exports.variants import Variant

BLOCK = 64 * 1024
"""Characters that are collected before they go out; the memory needed does not grow with the rows."""


def csv_blocks(header: Row, rows: Iterable[Row], variant: Variant) -> Iterator[bytes]:
    """Yield the file block by block.

    Raises `ValueError` for a row that has not as many cells as there are columns.
    """
    yield variant.preface
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(header)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"A row of {len(row)} cells does not fit {len(header)} columns")
        writer.writerow([variant.cell(cell) for cell in row])
        if buffer.tell() >= BLOCK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
