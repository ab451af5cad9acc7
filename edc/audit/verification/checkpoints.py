"""Checkpoints: those in the database against each other and the chains, and one kept elsewhere against all of it."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from edc.audit import canonical, signing
from edc.audit.checkpoints import failures
from edc.audit.models import Checkpoint, Seal
from edc.audit.verification.problem import Problem

BATCH = 300
Head = tuple[str, list[Any]]


def problems(using: str) -> Iterator[Problem]:
    """Yield what does not fit in the checkpoints of the database."""
    heads: dict[str, list[Any]] = {}
    number, link, until = 0, "", None
    for checkpoint in Checkpoint.objects.using(using).order_by("number").iterator(chunk_size=1):
        key = str(checkpoint.number)
        if checkpoint.number != number + 1:
            yield Problem("checkpoint", key, f"number {number + 1} is missing before it")
        number = checkpoint.number
        if canonical.digest("checkpoint", checkpoint.text) != checkpoint.hash:
            yield Problem("checkpoint", key, "its text was altered")
        if not signing.is_genuine(checkpoint.text, checkpoint.signature):
            yield Problem("checkpoint", key, "its signature was not made with the key of this installation")
        text = _read(checkpoint.text)
        if text is None or text["number"] != number or text["at"] != canonical.plain(checkpoint.at):
            yield Problem("checkpoint", key, "its text and its columns differ")
            continue
        if text["previous"] != link:
            yield Problem("checkpoint", key, "it does not follow the checkpoint before it")
        link = checkpoint.hash
        window = text["login_failures"]
        if window["since"] != until or failures(until, window["until"], using) != window:
            yield Problem("checkpoint", key, "the failed log-ins that it covers were altered")
        until = window["until"]
        fresh = [(chain, head) for chain, head in text["heads"].items() if heads.get(chain) != head]
        for problem in _gone(fresh, using):
            yield Problem("checkpoint", key, problem)
        for chain in heads.keys() - text["heads"].keys():
            yield Problem("checkpoint", key, f"chain {chain} is no longer in it")
        heads = text["heads"]


def problems_against(file: str, using: str) -> Iterator[Problem]:
    """Yield where the trail of the database is no longer the one that this checkpoint file saw."""
    try:
        kept = json.loads(file)
        text, digest, signature = str(kept["text"]), str(kept["hash"]), str(kept["signature"])
    except (ValueError, KeyError, TypeError):
        yield Problem("checkpoint file", "", "it cannot be read")
        return
    parts = _read(text)
    genuine = canonical.digest("checkpoint", text) == digest and signing.is_genuine(text, signature)
    if parts is None or not genuine:
        yield Problem("checkpoint file", "", "it was altered, or is of another installation")
        return
    key = str(parts["number"])
    stored = Checkpoint.objects.using(using).filter(number=parts["number"]).first()
    if stored is None or stored.text != text:
        yield Problem(
            "checkpoint file", key, "the database does not have this checkpoint: it was set back or made anew"
        )
    for problem in _gone(list(parts["heads"].items()), using):
        yield Problem("checkpoint file", key, problem)


def _read(text: str) -> dict[str, Any] | None:
    """Return the parts of a checkpoint's text, or None when it is not one."""
    try:
        parts = json.loads(text)
    except ValueError:
        return None
    wanted = {"number", "at", "previous", "heads", "login_failures"}
    return parts if isinstance(parts, dict) and parts.keys() == wanted else None


def _gone(heads: list[Head], using: str) -> Iterator[str]:
    """Say which of these links are no longer in the chains."""
    rest = iter(heads)
    while batch := list(itertools.islice(rest, BATCH)):
        seals = Seal.objects.using(using).filter(
            chain__in=[chain for chain, _ in batch], number__in={head[0] for _, head in batch}
        )
        found = {(chain, number): digest for chain, number, digest in seals.values_list("chain", "number", "hash")}
        for chain, (number, digest) in batch:
            if number and found.get((chain, number)) != digest:
                yield f"chain {chain} no longer has link {number} as it was: it was cut off, set back or made anew"
