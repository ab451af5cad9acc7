"""The archive: same data, same bytes; the manifest's hashes and counts are those of the files."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from edc.exports.archive import Written, write_archive
from edc.exports.description import Column, Dataset, LeftOut, Row
from edc.exports.text import text_of
from edc.exports.variants import VARIANTS


def dataset(name: str, count: int = 2) -> Dataset:
    def rows() -> Iterator[Row]:
        for number in range(count):
            yield (str(number), f"={name}")

    columns = (
        Column("N", "Number", "integer", "mg", missing={"ND": "Not done"}),
        Column("SEX", "Sex", "code", choices={"F": "Female", "M": "Male"}),
    )
    return Dataset(name, f"Dataset {name}", columns, rows, (LeftOut("Initials", "They identify."),))


def made(*datasets: Dataset, variant: str = "exact", **facts: object) -> tuple[Written, zipfile.ZipFile]:
    target = io.BytesIO()
    written = write_archive(target, datasets, VARIANTS[variant], facts)
    assert target.tell() == 0
    assert hashlib.sha256(target.getvalue()).hexdigest() == written.archive_sha256
    return written, zipfile.ZipFile(target)


def test_the_same_data_gives_the_same_bytes_and_only_the_manifest_says_when() -> None:
    first, one = made(dataset("b"), dataset("a"), made_at="2026-01-01")
    second, two = made(dataset("b"), dataset("a"), made_at="2026-02-02")
    names = one.namelist()
    assert names == two.namelist() == [*sorted(names[:-1]), "manifest.json"]
    assert {name: one.read(name) == two.read(name) for name in names} == {
        name: name != "manifest.json" for name in names
    }
    assert {entry.date_time for entry in one.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    again, _ = made(dataset("b"), dataset("a"), made_at="2026-01-01")
    assert first.archive_sha256 == again.archive_sha256 != second.archive_sha256


def test_the_manifest_has_the_rows_size_and_hash_of_each_file_and_what_was_left_out() -> None:
    written, archive = made(dataset("a", count=3), trial="DEMO")
    data = archive.read("manifest.json")
    assert hashlib.sha256(data).hexdigest() == written.manifest_sha256
    manifest = json.loads(data)
    assert (manifest["trial"], manifest["variant"]) == ("DEMO", "exact")
    assert manifest["left_out"] == {"a": [{"what": "Initials", "why": "They identify."}]}
    assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for file in manifest["files"]:
        content = archive.read(file["name"])
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["bytes"] == len(content)
        assert file["rows"] == content.count(b"\r\n") - 1


def test_file_names_say_which_variant_they_are() -> None:
    _, archive = made(dataset("a"), variant="spreadsheet")
    assert archive.namelist()[0] == "a.spreadsheet.csv"
    assert archive.read("a.spreadsheet.csv").endswith(b"1,'=a\r\n")


def test_the_codebook_describes_every_column_and_every_code() -> None:
    _, archive = made(dataset("a"))
    columns = list(csv.reader(io.StringIO(archive.read("codebook.exact.csv").decode())))[1:]
    assert columns == [
        ["a", "Dataset a", "1", "N", "Number", "integer", "mg", "", "ND = Not done"],
        ["a", "Dataset a", "2", "SEX", "Sex", "code", "", "F = Female | M = Male", ""],
    ]
    codes = list(csv.reader(io.StringIO(archive.read("codebook_codes.exact.csv").decode())))[1:]
    assert codes == [
        ["a", "N", "missing", "ND", "Not done"],
        ["a", "SEX", "value", "F", "Female"],
        ["a", "SEX", "value", "M", "Male"],
    ]


def test_two_datasets_or_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Two datasets"):
        made(dataset("a"), dataset("A"))
    with pytest.raises(ValueError, match="two columns of the name X"):
        Dataset("a", "", (Column("X", ""), Column("X", "")), lambda: iter(()))


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        target = io.BytesIO()
        tracemalloc.start()
        write_archive(target, [dataset("a", count)], VARIANTS["exact"], {})
        size = tracemalloc.get_traced_memory()[1] - len(target.getvalue())
        tracemalloc.stop()
        return size

    assert peak(60_000) < peak(6_000) + 400_000


def test_texts_are_exact_and_a_binary_fraction_is_refused() -> None:
    assert [text_of(value) for value in (None, True, False, 12, "5.0", {"b": "1", "a": "2"})] == [
        *("", "Y", "N", "12", "5.0"),
        '{"a":"2","b":"1"}',
    ]
    with pytest.raises(TypeError):
        text_of(0.5)
