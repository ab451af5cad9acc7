#!/usr/bin/env python3
"""Verify a downloaded audit trail (JSON Lines) without the system that made it.

    python3 verify_trail.py trail.jsonl [more.jsonl ...] [--checkpoint FILE]

Needs Python 3.9 or later and nothing else. For each file it prints "whole" or the first line that does not fit, and
ends with code 1 when any file does not. Every seal is recomputed: SHA-256 over its chain, its number, the hash of the
seal before it, the digest of the act, and the digests of the rows that the act changed. A text that the person who
downloaded the file may not read stands as its digest; a text that tells a treatment arm stands as a commitment.

With --checkpoint, the ends of the chains are compared with a checkpoint kept elsewhere: only that finds a trail that
was cut off at its end, or made anew as a whole. The checkpoint's signature needs a secret key and is not checked here.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

SEAL_KEYS = {"kind", "chain", "number", "previous", "hash", "act", "rows", "openings"}
HEX = re.compile("[0-9a-f]{64}")


class Misfit(Exception):
    """Something does not fit."""


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()


def require(fits: Any, sentence: str) -> None:
    if not fits:
        raise Misfit(sentence)


def read(text: str) -> "dict[str, Any]":
    """Read one line or text: a JSON object in its only spelling, each key once."""
    try:
        value = json.loads(text, object_pairs_hook=each_key_once)
    except (ValueError, RecursionError) as error:
        raise Misfit("it is not JSON") from error
    require(isinstance(value, dict), "it is not a JSON object")
    require(canonical(value) == text, "it is not in the canonical spelling")
    return value


def each_key_once(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    require(len({key for key, _ in pairs}) == len(pairs), "a key stands twice in it")
    return dict(pairs)


def digest_of(kind: str, content: Any) -> str:
    """The digest of a text, or the digest that stands for a text withheld."""
    if isinstance(content, str):
        read(content)
        return digest(kind, content)
    require(isinstance(content, dict) and content.keys() == {"digest"}, f"its {kind} is neither text nor digest")
    value = content["digest"]
    require(isinstance(value, str) and HEX.fullmatch(value), f"the digest of its {kind} is none")
    return value


def check_openings(seal: "dict[str, Any]") -> None:
    """Everything that is opened must open a commitment of this seal."""
    texts = [text for text in [seal["act"], *seal["rows"]] if isinstance(text, str)]
    commitments = {read(text).get("commitment") for text in texts}
    for opening in seal["openings"]:
        parts = read(opening)
        require(parts.keys() == {"nonce", "text"}, "an opening in it is incomplete")
        made = digest("commitment", f"{parts['nonce']}\n{parts['text']}")
        require(made in commitments, "an opening in it opens none of its commitments")


def check_rows(seal: "dict[str, Any]") -> None:
    """The rows of a seal belong to its act."""
    if not isinstance(seal["act"], str):
        return
    act = read(seal["act"])
    key = act.get("id", act.get("act"))
    for row in seal["rows"]:
        if isinstance(row, str):
            require(read(row).get("act") == key, "a row in it belongs to another act")


def check_seal(seal: "dict[str, Any]", heads: "dict[str, Any]", whole: "list[str]") -> None:
    require(seal.keys() == SEAL_KEYS, "it is not a seal with all its parts")
    require(isinstance(seal["rows"], list) and isinstance(seal["openings"], list), "its rows cannot be read")
    chain, number = seal["chain"], seal["number"]
    require(isinstance(chain, str) and type(number) is int, "its chain or number cannot be read")
    text = {
        "chain": chain,
        "number": number,
        "previous": seal["previous"],
        "act": digest_of("act", seal["act"]),
        "rows": sorted(digest_of("row", row) for row in seal["rows"]),
    }
    require(digest("seal", canonical(text)) == seal["hash"], "its hash is not that of its content")
    before = heads.get(chain)
    if chain.partition(":")[0] in whole:
        require(number == (before[0] if before else 0) + 1, f"number {(before[0] if before else 0) + 1} is missing")
        require(seal["previous"] == (before[1] if before else ""), "it does not follow the seal before it")
    elif before:
        require(number > before[0], "it is out of order")
        require(number != before[0] + 1 or seal["previous"] == before[1], "it does not follow the seal before it")
    check_openings(seal)
    check_rows(seal)
    heads[chain] = [number, seal["hash"]]


def check_end(end: "dict[str, Any]", heads: "dict[str, Any]", lines: int, sha256: str) -> None:
    require(end.keys() == {"kind", "lines", "heads", "sha256"}, "the last line is incomplete")
    require(end["lines"] == lines, f"the last line counts {end['lines']} lines, there are {lines}")
    require(end["heads"] == heads, "the last line names other ends of chains")
    require(end["sha256"] == sha256, "the file was altered: its SHA-256 is another")


def check_checkpoint(kept: Any, heads: "dict[str, Any]", marks: "dict[str, str]", whole: "list[str]") -> None:
    """Every chain that stands whole here must still contain the end that the checkpoint saw."""
    for chain in heads:
        if chain.partition(":")[0] in whole and chain in kept:
            number, last = kept[chain]
            require(heads[chain][0] >= number, f"chain {chain} was cut off: the checkpoint saw number {number}")
            require(
                marks.get(chain) == last,
                f"chain {chain} was made anew: number {number} is another than the checkpoint saw",
            )


def verify(path: str, kept: "dict[str, Any]") -> int:
    """Return how many seals fit; raise Misfit at the first line that does not."""
    heads: dict[str, Any] = {}
    marks: dict[str, str] = {}
    whole: list[str] = []
    sha256, number, ended = hashlib.sha256(), 0, False
    with Path(path).open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                require(not ended, "it stands after the end")
                require(raw.endswith(b"\n"), "it breaks off")
                try:
                    line = read(raw[:-1].decode("utf-8"))
                except UnicodeDecodeError as error:
                    raise Misfit("it is not UTF-8") from error
                if number == 1:
                    require(line.get("kind") == "trail" and line.get("format") == 1, "it is not the head of a trail")
                    whole = line["whole"] if isinstance(line.get("whole"), list) else []
                elif line.get("kind") == "end":
                    check_end(line, heads, number - 1, sha256.hexdigest())
                    ended = True
                else:
                    check_seal(line, heads, whole)
                    if kept.get(line["chain"], [0])[0] == line["number"]:
                        marks[line["chain"]] = line["hash"]
                sha256.update(raw)
            except Misfit as misfit:
                raise Misfit(f"line {number}: {misfit}") from None
    require(ended, f"line {number + 1}: the end is missing; the file was cut off")
    check_checkpoint(kept, heads, marks, whole)
    return number - 2


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a downloaded audit trail.")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--checkpoint", help="a checkpoint file kept elsewhere")
    given = parser.parse_args()
    kept, bad = {}, 0
    if given.checkpoint:
        kept = json.loads(json.loads(Path(given.checkpoint).read_text(encoding="utf-8"))["text"])["heads"]
    for path in given.files:
        try:
            print(f"{path}: whole, {verify(path, kept)} seals")
        except (Misfit, OSError) as problem:
            bad += 1
            print(f"{path}: {problem}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
