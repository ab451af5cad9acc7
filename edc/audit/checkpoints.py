"""Checkpoints: where every chain ends at one moment, signed, and kept where the database's owner cannot reach it."""

import datetime
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from edc import clock
from edc.audit import canonical, signing
from edc.audit.models import ChainHead, Checkpoint, LoginFailure

# A failed log-in that is being stored at this very moment is left to the next checkpoint.
SETTLED = datetime.timedelta(minutes=1)
CHUNK = 1000


def make() -> Checkpoint:
    """Store a checkpoint of all chains as they stand, and of the failed log-ins since the last one."""
    with transaction.atomic(durable=True):
        now = clock.now()
        last = Checkpoint.objects.select_for_update().order_by("-number").first()
        since = json.loads(last.text)["login_failures"]["until"] if last else None
        until = canonical.plain(now - SETTLED)
        text = canonical.canonical_json(
            {
                "number": last.number + 1 if last else 1,
                "at": now,
                "previous": last.hash if last else "",
                "heads": {
                    chain: [number, digest]
                    for chain, number, digest in ChainHead.objects.values_list("chain", "number", "hash")
                },
                "login_failures": failures(since, str(until), "default"),
            }
        )
        checkpoint = Checkpoint(
            at=now,
            number=last.number + 1 if last else 1,
            text=text,
            hash=canonical.digest("checkpoint", text),
            signature=signing.sign(text),
        )
        checkpoint.save()
    return checkpoint


def failures(since: str | None, until: str, using: str) -> dict[str, Any]:
    """Return how many failed log-ins lie between two moments, and one hash over all of them."""
    rows = LoginFailure.objects.using(using).filter(at__lte=datetime.datetime.fromisoformat(until))
    if since is not None:
        rows = rows.filter(at__gt=datetime.datetime.fromisoformat(since))
    count, link = 0, ""
    for row in rows.order_by("at", "id").iterator(chunk_size=CHUNK):
        columns = {field.name: getattr(row, field.attname) for field in LoginFailure._meta.concrete_fields}
        count, link = count + 1, canonical.digest("login-failure", f"{link}\n{canonical.canonical_json(columns)}")
    return {"since": since, "until": until, "count": count, "hash": link}


def as_file(checkpoint: Checkpoint) -> str:
    """Return the checkpoint as it is kept elsewhere."""
    return canonical.canonical_json(
        {"text": checkpoint.text, "hash": checkpoint.hash, "signature": checkpoint.signature}
    )


def write_file(checkpoint: Checkpoint, path: Path) -> None:
    """Write the checkpoint's file. An older file of the same name is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(as_file(checkpoint) + "\n")
