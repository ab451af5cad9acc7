"""The trail as a file: CSV to read, JSON Lines to verify. Written to disk first, so that its hash is on record."""

import csv
import hashlib
import io
import itertools
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from django.db import transaction
from django.db.models import QuerySet

from edc.access.actor import Actor
from edc.audit import canonical
from edc.audit.models import Act, Seal
from edc.exports.variants import VARIANTS
from edc.trail.classes import Reader, utc
from edc.trail.filters import TrailFilter
from edc.trail.queries import acts_of_trial, reach, readable_sites, reads_whole_trial
from edc.trail.words import Words, local
from trials.models import Subject, Trial

SNAPSHOT = "snapshot"
BATCH = 200
FORMAT = 1
COLUMNS = (
    "time_utc",
    "time_at_site",
    "person",
    "user_name",
    "role",
    "organisation",
    "operation",
    "what_was_done",
    "outcome",
    "site",
    "participant",
    "form",
    "item",
    "path",
    "old",
    "new",
    "reason",
    "channel",
    "software",
    "act",
)
SAFE = VARIANTS["spreadsheet"]


@dataclass
class Prepared:
    """A file that is ready to leave: open at its beginning, with its number of lines and its SHA-256."""

    file: IO[bytes]
    name: str
    rows: int
    sha256: str
    filters: dict[str, str]


def prepare(actor: Actor, trial: Trial, filters: TrailFilter, kind: str) -> Prepared:
    """Write what this person may see of the trail, of one moment, into a file of its own."""
    covered = reach(actor, trial, filters)
    lines: Callable[..., Iterator[str]] = csv_lines if kind == "csv" else json_lines
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer that sends it
    digest, rows = hashlib.sha256(), 0
    with transaction.atomic(using=SNAPSHOT):
        for line in lines(actor, trial, filters, covered):
            encoded = line.encode()
            digest.update(encoded)
            file.write(encoded)
            rows += 1
    file.seek(0)
    return Prepared(file, f"trail-{trial.code}.{kind}", rows, digest.hexdigest(), covered)


def csv_lines(actor: Actor, trial: Trial, filters: TrailFilter, covered: Mapping[str, str]) -> Iterator[str]:
    """Yield one line per changed part, in words, oldest first, safe to open in a spreadsheet."""
    zones = {site.pk: site.time_zone for site in readable_sites(actor, trial)}
    reader = Reader(actor)
    yield "\ufeff" + _csv(COLUMNS)
    for acts in _batches(acts_of_trial(actor, trial).filter(filters.condition())):
        words = Words(reader, acts, zones, SNAPSHOT)
        for act in acts:
            row = words.row(act)
            about = (
                f"{utc(act.at)}Z",
                local(act.at, zones.get(act.site_id, "UTC")) if act.site_id else "",
                act.actor_name,
                act.actor_username,
                act.actor_role,
                act.actor_organisation,
                act.operation,
                row.sentence,
                act.outcome,
                act.site_code,
                act.subject_label,
                row.where,
            )
            then = (row.why, act.channel, act.software, str(act.pk))
            for change in row.changes:
                yield _csv((*about, change.label, change.path, change.old, change.new, *then))
            if not row.changes:
                yield _csv((*about, "", "", "", "", *then))


def json_lines(actor: Actor, trial: Trial, filters: TrailFilter, covered: Mapping[str, str]) -> Iterator[str]:
    """Yield a header, one line per seal with the texts that it holds, and an end line with a hash over all before.

    Unfiltered, the chains of the trial and of its participants stand whole and in order. Filtered, each seal can be
    verified by itself. Texts that this person may not read stand as their digest, so that the chain still fits.
    """
    whole = not (set(covered) - {"sites"})
    writing = _Writing()
    yield writing.line(
        {
            "kind": "trail",
            "format": FORMAT,
            "trial": trial.code,
            "filter": dict(covered),
            "whole": ["subject", "trial"] if whole else [],
        }
    )
    reader = Reader(actor)
    acts = acts_of_trial(actor, trial).filter(filters.condition())
    if whole:
        for chains in _chunks(_whole_chains(actor, trial)):
            seals = Seal.objects.using(SNAPSHOT).filter(chain__in=chains).order_by("chain", "number")
            yield from writing.seals(seals, reader)
        # What else the trial's acts touched: who was given access, in the chain of the whole system.
        loose = Seal.objects.filter(act__in=acts.values("pk"), chain="system")
    else:
        loose = Seal.objects.filter(act__in=acts.values("pk"))
    yield from writing.seals(loose.using(SNAPSHOT).order_by("chain", "number"), reader)
    yield writing.end()


class _Writing:
    """A file of JSON Lines in the making: its hash so far, its lines, and where each chain stands."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.lines = 0
        self.heads: dict[str, list[object]] = {}

    def line(self, content: Mapping[str, object]) -> str:
        text = canonical.canonical_json(content) + "\n"
        self.digest.update(text.encode())
        self.lines += 1
        return text

    def seals(self, seals: QuerySet[Seal], reader: Reader) -> Iterator[str]:
        rows = seals.select_related("act").iterator(chunk_size=BATCH)
        while batch := list(itertools.islice(rows, BATCH)):
            words = Words(reader, [seal.act for seal in batch], {}, SNAPSHOT)
            for seal in batch:
                self.heads[seal.chain] = [seal.number, seal.hash]
                yield self.line(self._seal(seal, words))

    def _seal(self, seal: Seal, words: Words) -> dict[str, object]:
        texts = words.classes(seal.act, seal.chain)
        withheld = words.act_is_hidden(seal.act)
        return {
            "kind": "seal",
            "chain": seal.chain,
            "number": seal.number,
            "previous": seal.previous,
            "hash": seal.hash,
            "act": {"digest": canonical.digest("act", seal.act.canonical)} if withheld else seal.act.canonical,
            "rows": [
                text if readable else {"digest": canonical.digest("row", text)} for text, readable in texts.items()
            ],
            "openings": words.openings(seal.act, seal.chain),
        }

    def end(self) -> str:
        content = {"kind": "end", "lines": self.lines, "heads": self.heads, "sha256": self.digest.hexdigest()}
        return canonical.canonical_json(content) + "\n"


def _whole_chains(actor: Actor, trial: Trial) -> Iterator[str]:
    """Name the chains that this person may read from their first link on."""
    if reads_whole_trial(actor, trial):
        yield f"trial:{trial.pk}"
    sites = [site.pk for site in readable_sites(actor, trial)]
    keys: Iterator[uuid.UUID] = (
        Subject.objects.using(SNAPSHOT)
        .filter(trial=trial, site_id__in=sites)
        .order_by("pk")
        .values_list("pk", flat=True)
        .iterator()
    )
    for key in keys:
        yield f"subject:{key}"


def _chunks(chains: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(itertools.islice(chains, BATCH)):
        yield chunk


def _batches(acts: QuerySet[Act]) -> Iterator[list[Act]]:
    rows = acts.using(SNAPSHOT).order_by("id").iterator(chunk_size=BATCH)
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _csv(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([SAFE.cell(cell) for cell in cells])
    return out.getvalue()
