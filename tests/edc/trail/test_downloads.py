"""What leaves can be verified without us, and whatever is altered in it is found at its line."""

import csv
import hashlib
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from edc.access.actor import Actor
from edc.audit import canonical, checkpoints
from edc.audit.models import Act, Seal
from edc.trail.views import SCRIPT
from tests.cast import ClientOf
from trials.models import Subject, Trial

pytestmark = pytest.mark.django_db


def download(client: Client, trial: Trial, kind: str, **query: str) -> bytes:
    address = reverse("trail:download", args=[trial.code, kind])
    answer = client.post(address, query_params=query)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def verify(*files: Path, checkpoint: Path | None = None) -> tuple[int, list[str]]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, files)]
    if checkpoint:
        command += ["--checkpoint", str(checkpoint)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def whole(client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject, subject_b: Subject) -> bytes:
    return download(client_of(monitor), demo, "jsonl")


def test_the_whole_trail_verifies_with_the_standard_library_alone(whole: bytes, demo: Trial, tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_bytes(whole)
    chains = Seal.objects.exclude(chain="system")
    access = Seal.objects.filter(chain="system", act__trial_id=demo.pk)
    before_the_download = chains.exclude(act__operation="trail.record_download").count() + access.count()
    assert verify(path) == (0, [f"{path}: whole, {before_the_download} seals"])


def test_a_download_is_on_record_with_filter_lines_and_hash(
    client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject
) -> None:
    content = download(client_of(monitor), demo, "csv", form="DM")
    act = Act.objects.get(operation="trail.record_download")
    assert act.detail == {
        "file": f"trail-{demo.code}.csv",
        "filter": {"form": "DM"},
        "rows": content.count(b"\r\n"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_a_filtered_download_verifies_seal_by_seal(
    client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject, tmp_path: Path
) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_bytes(download(client_of(monitor), demo, "jsonl", form="DM"))
    code, said = verify(path)
    assert (code, said) == (0, [f"{path}: whole, 2 seals"])


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Flip a byte, or delete, swap, repeat, move or cut off lines."""
    lines = content.splitlines(keepends=True)
    one, other = sorted(chance.sample(range(len(lines)), 2))
    match chance.choice(["flip", "flip", "delete", "swap", "repeat", "move", "cut", "cut in a line"]):
        case "flip":
            at = chance.randrange(len(content))
            return content[:at] + bytes([content[at] ^ (1 << chance.randrange(7))]) + content[at + 1 :]
        case "delete":
            del lines[one]
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case "repeat":
            lines.insert(other, lines[one])
        case "move":
            lines.insert(other, lines.pop(one))
        case "cut":
            del lines[other:]
        case "cut in a line":
            return content[: chance.randrange(len(content) - 1)]
    return b"".join(lines)


def sealed_again(content: bytes) -> bytes:
    """Count lines and make the hash of the last line anew, as somebody would who knows the format."""
    *lines, last = content.splitlines(keepends=True)
    end = json.loads(last) | {"lines": len(lines), "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
    return b"".join(lines) + canonical.canonical_json(end).encode() + b"\n"


def test_two_hundred_altered_files_are_all_found(whole: bytes, tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - the same alterations in every run
    files = []
    while len(files) < 200:
        altered = mutated(whole, chance)
        if altered != whole:
            files.append(tmp_path / f"{len(files):03}.jsonl")
            files[-1].write_bytes(altered)
    code, said = verify(*files)
    assert code == 1
    assert [line for line in said if "line " not in line] == []
    assert len(said) == 200


def test_alterations_under_a_hash_made_anew_are_found_by_the_chain_itself(whole: bytes, tmp_path: Path) -> None:
    lines = whole.splitlines(keepends=True)
    inner = range(1, len(lines) - 1)
    files: dict[Path, int] = {}
    for number in inner:
        if json.loads(lines[number])["chain"] == "system":
            continue
        altered = lines.copy()
        altered[number] = altered[number].replace(b"2026", b"2025").replace(b"System", b"Sistem")
        if altered[number] != lines[number]:
            files[tmp_path / f"altered-{number}.jsonl"] = number + 1
            (tmp_path / f"altered-{number}.jsonl").write_bytes(sealed_again(b"".join(altered)))
    assert len(files) > 10
    code, said = verify(*files)
    assert code == 1
    for path, line in zip(files, said, strict=True):
        assert line.startswith(f"{path}: line {files[path]}: ")


def test_a_chain_cut_off_at_its_end_is_found_with_a_checkpoint(
    whole: bytes, subject_a: Subject, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    checkpoints.write_file(checkpoints.make(), kept)
    lines = whole.splitlines(keepends=True)
    chain = f"subject:{subject_a.pk}"
    links = [number for number, line in enumerate(lines) if json.loads(line).get("chain") == chain]
    last = json.loads(lines[links[-2]])
    del lines[links[-1]]
    end = json.loads(lines[-1])
    end["heads"][chain] = [last["number"], last["hash"]]
    lines[-1] = canonical.canonical_json(end).encode() + b"\n"
    path = tmp_path / "cut.jsonl"
    path.write_bytes(sealed_again(b"".join(lines)))
    assert verify(path)[0] == 0, "without a checkpoint nobody can know"
    code, said = verify(path, checkpoint=kept)
    assert code == 1
    assert f"chain {chain} was cut off" in said[0]


def test_what_a_role_may_not_see_does_not_leave_and_the_chain_still_fits(
    client_of: ClientOf, data_manager: Actor, demo: Trial, subject_a: Subject, tmp_path: Path
) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_bytes(download(client_of(data_manager), demo, "jsonl"))
    assert verify(path)[0] == 0
    text = path.read_text() + download(client_of(data_manager), demo, "csv").decode()
    assert "1985-03-07" not in text
    assert '"digest"' in text


def test_a_person_of_one_site_gets_the_chains_of_its_participants(
    client_of: ClientOf, coordinator_b: Actor, demo: Trial, subject_a: Subject, subject_b: Subject, tmp_path: Path
) -> None:
    path = tmp_path / "trail.jsonl"
    path.write_bytes(download(client_of(coordinator_b), demo, "jsonl"))
    assert verify(path)[0] == 0
    text = path.read_text()
    assert f"subject:{subject_b.pk}" in text
    assert str(subject_a.pk) not in text


def test_the_table_has_one_line_per_changed_item_and_is_safe_in_a_spreadsheet(
    client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject
) -> None:
    text = download(client_of(monitor), demo, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (change,) = [row for row in rows if row["item"] == "Sex" and row["old"]]
    assert change["old"] == "Female"
    assert change["new"] == "Male"
    assert change["reason"] == "typing slip"
    assert change["user_name"] == "coordinator_a"
    assert change["participant"] == subject_a.label
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_only_who_reads_the_trail_downloads_it(
    client_of: ClientOf, statistician: Actor, outsider: Actor, demo: Trial
) -> None:
    address = reverse("trail:download", args=[demo.code, "jsonl"])
    assert client_of(statistician).post(address).status_code == 403
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(statistician).get(address).status_code == 405


def test_the_script_is_short_and_needs_nothing_of_ours(client_of: ClientOf, monitor: Actor) -> None:
    answer = client_of(monitor).get(reverse("trail:script"))
    source = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert source == SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 200
    assert "import edc" not in source
