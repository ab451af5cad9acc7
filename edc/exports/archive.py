"""A zip of datasets, their codebook and a manifest, written straight through: one row in memory at a time.

Names are sorted and every file has the same date, so the same data gives the same bytes; only the manifest, which
comes last, says when and for whom it was made.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import BinaryIO

from edc.exports.codebook import codebook
from edc.exports.csv_file import BLOCK, csv_blocks
from edc.exports.description import Dataset, Row
from edc.exports.variants import Variant

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can hold, given to every file."""
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of the archive. `rows` does not count the header."""

    name: str
    dataset: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: each file, the manifest's hash, and that of the whole archive."""

    files: tuple[WrittenFile, ...]
    manifest_sha256: str
    archive_sha256: str


def write_archive(
    target: BinaryIO, datasets: Sequence[Dataset], variant: Variant, facts: Mapping[str, object]
) -> Written:
    """Write datasets, codebook and manifest to a file that is open for reading and writing.

    `facts` go into the manifest as they are (when, by whom, which versions, which filter).
    Raises `ValueError` when two datasets have one name.
    """
    everything = sorted([*datasets, *codebook(datasets)], key=lambda dataset: dataset.name)
    if len({dataset.name.lower() for dataset in everything}) != len(everything):
        raise ValueError("Two datasets have one name")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        files = tuple(_write(archive, dataset, variant) for dataset in everything)
        manifest = _manifest(facts, variant, files, datasets)
        archive.writestr(_entry(MANIFEST), manifest)
    target.seek(0)
    archive_hash = hashlib.sha256()
    while block := target.read(BLOCK):
        archive_hash.update(block)
    target.seek(0)
    return Written(files, hashlib.sha256(manifest).hexdigest(), archive_hash.hexdigest())


def file_name(dataset: str, variant: Variant) -> str:
    """`form_DM.exact.csv`: the name says which variant the file is."""
    return f"{dataset}.{variant.name}.csv"


def _write(archive: zipfile.ZipFile, dataset: Dataset, variant: Variant) -> WrittenFile:
    name = file_name(dataset.name, variant)
    counted = _Counted(dataset.rows())
    digest, size = hashlib.sha256(), 0
    with archive.open(_entry(name), "w", force_zip64=True) as file:
        for block in csv_blocks(dataset.header, counted, variant):
            digest.update(block)
            size += len(block)
            file.write(block)
    return WrittenFile(name, dataset.name, counted.rows, size, digest.hexdigest())


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows, self.rows = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.rows += 1
            yield row


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry


def _manifest(
    facts: Mapping[str, object], variant: Variant, files: Iterable[WrittenFile], datasets: Sequence[Dataset]
) -> bytes:
    left_out = {
        dataset.name: [{"what": each.what, "why": each.why} for each in dataset.left_out]
        for dataset in datasets
        if dataset.left_out
    }
    whole = {**facts, "variant": variant.name, "files": [asdict(file) for file in files], "left_out": left_out}
    return (json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()
