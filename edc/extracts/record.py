"""An extract that lies ready: the file, and what the trail says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from edc.exports.archive import Written


@dataclass(frozen=True)
class Extract:
    """A zip in a nameless file that goes with its last reader, whatever happens to the process."""

    file: BinaryIO
    filename: str
    variant: str
    filter: Mapping[str, object]
    snapshot: Mapping[str, object]
    written: Written
