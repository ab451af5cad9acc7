"""What `manage.py check` verifies about the protocol files that are shipped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core import checks

from trials.protocol import ProtocolError, json_schema, load_file
from trials.protocol.published import PUBLISHED

FOLDER = Path(__file__).resolve().parent / "protocols"


def protocol_files() -> list[Path]:
    """The protocol files that are shipped, one for each trial."""
    return sorted(FOLDER.glob("*.yaml"))


def check_protocol_files(files: Sequence[Path] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Read every shipped protocol file as it would be read for loading, and compare the published schema."""
    problems: list[checks.CheckMessage] = []
    for file in protocol_files() if files is None else files:
        try:
            load_file(file)
        except ProtocolError as error:
            hint = f"See everything with: manage.py protocol check {file.name}"
            problems += [
                checks.Error(f"{one.path}:{one.line}:{one.column}: {one.message}", hint=hint, id="trials.E001")
                for one in error.problems
            ]
    if not PUBLISHED.is_file() or PUBLISHED.read_text(encoding="utf-8") != json_schema():
        problems.append(
            checks.Warning(
                f"{PUBLISHED.name} is not the schema of protocol files that this version reads.",
                hint=f"Write it anew: manage.py protocol schema > {PUBLISHED.parent.name}/{PUBLISHED.name}",
                id="trials.W001",
            )
        )
    return problems
