"""What holds for every file of the project, whoever wrote it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("edc", "trials", "visits", "adverse_events")
LONGEST = 400
# Put together from pieces, or this file would be the first to be found.
REGISTRY = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\."]))
REGISTRY_LOCKS = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "package-lock.json"}

# Calls that have one home. What is named here stands only in the files named with it.
ONE_HOME: dict[str, set[str]] = {
    "timezone.now": set(),
    "timezone.localdate": set(),
    "datetime.now": set(),
    "datetime.utcnow": set(),
    "datetime.today": set(),
    "date.today": set(),
    "time.time": set(),
    "time.time_ns": {"edc/clock.py"},
    "uuid4": set(),
    "uuid.uuid4": set(),
    "uuid.uuid1": set(),
}
# No measurement passes through binary fractions. Files that may say `float`, with the reason.
MAY_SAY_FLOAT: dict[str, str] = {}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("Not a git checkout, so there is no list of files.")
    return [path for name in listed.stdout.decode().split("\n") if name and (path := ROOT / name).is_file()]


def our_code() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def calls(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def misplaced(path: Path, name: str) -> list[str]:
    """Return the calls in a file that belong somewhere else, `name` being the file's path in the project."""
    return [
        f"{name}:{line}: {called}"
        for called, line in calls(path)
        if (called == "float" and name not in MAY_SAY_FLOAT)
        or any(
            (called == home or called.endswith(f".{home}")) and name not in files for home, files in ONE_HOME.items()
        )
    ]


def test_no_file_names_a_package_registry() -> None:
    found = []
    for path in tracked():
        if path.name in REGISTRY_LOCKS:
            found.append(f"{path.relative_to(ROOT)}: this kind of lock file records where each package came from")
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in REGISTRY.finditer(text)]
    assert found == []


def test_no_file_is_longer_than_a_person_can_hold() -> None:
    code = [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in code}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_time_keys_and_numbers_come_from_their_one_home() -> None:
    assert [each for path in our_code() for each in misplaced(path, str(path.relative_to(ROOT)))] == []


@pytest.mark.parametrize(
    "source",
    [
        "timezone.now()",
        "datetime.datetime.now(UTC)",
        "datetime.date.today()",
        "uuid4()",
        "uuid.uuid4()",
        "float('1.5')",
        "def f():\n    return time.time_ns()",
    ],
)
def test_a_planted_call_is_found(tmp_path: Path, source: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(source, encoding="utf-8")
    assert misplaced(path, "visits/planted.py")


@pytest.mark.parametrize("name", ["base", "dev", "e2e"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", "\n" + re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    packages = [block for block in blocks if block.strip()]
    assert packages
    assert [block for block in packages if "==" not in block or "--hash=sha256:" not in block] == []


def test_the_tests_run_with_what_the_program_runs_with() -> None:
    """The pins of base.txt are those of dev.txt: what was tested is what is installed."""
    pinned = re.compile(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==\S+)", re.MULTILINE)
    base, dev = (
        set(pinned.findall((ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")))
        for name in ("base", "dev")
    )
    assert base - dev == set()
