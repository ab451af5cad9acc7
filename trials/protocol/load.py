"""Reads a protocol file into a `Protocol`, or says everything that is wrong with it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from trials.protocol.check import cross_check
from trials.protocol.library import SHIPPED, merge
from trials.protocol.problem import Problem, ProtocolError
from trials.protocol.schema.protocol import Protocol
from trials.protocol.source import MAX_PROBLEMS, Mapping, Source, parse, read_source
from trials.protocol.wording import worded


@dataclass(frozen=True)
class LoadedProtocol:
    """A protocol that may be used, its canonical text and hash, and what to think about."""

    protocol: Protocol
    canonical_json: str
    sha256: str
    warnings: tuple[Problem, ...]


def load_file(path: Path | str, library: Path | None = None) -> LoadedProtocol:
    """Read and check one protocol file with the library parts that it names.

    Library parts are looked for in `library` (by default the folder of that name beside the
    file), then among the shipped ones. Raises `ProtocolError` with every problem found.
    """
    file = Path(path)
    source, problems = read_source(file)
    if problems:
        raise ProtocolError(problems)
    return _load(source, library or file.parent / "library")


def load_text(text: str, name: str = "protocol.yaml", library: Path = SHIPPED) -> LoadedProtocol:
    """Read and check a protocol given as text."""
    return _load(Source(name, text), library)


def _load(source: Source, library: Path) -> LoadedProtocol:
    root, problems = parse(source)
    if root is None:
        raise ProtocolError(problems)
    if not isinstance(root, Mapping):
        problems.append(root.mark.problem("A protocol file begins with keys such as `schema: 1`"))
        raise ProtocolError(problems)
    problems += merge(root, library)
    canonical = canonical_text(root.plain())
    protocol: Protocol | None = None
    try:
        protocol = Protocol.model_validate_json(canonical)
    except ValidationError as error:
        problems += worded(root, Protocol, error.errors(include_url=False))
    problems += cross_check(root)
    errors = [one for one in problems if one.severity == "error"]
    if errors or protocol is None:
        raise ProtocolError(_in_order(source, errors)[:MAX_PROBLEMS])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return LoadedProtocol(protocol, canonical, digest, tuple(_in_order(source, problems)))


def canonical_text(plain: object) -> str:
    """JSON with sorted keys and no blanks: the same content gives the same bytes."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _in_order(source: Source, problems: list[Problem]) -> list[Problem]:
    """Without repetition, the file's own first, from top to bottom."""
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda one: (one.path != source.path, one.path, one.line, one.column, one.message))
