"""The chains: every link recomputed from the texts of its act and rows, from the first number to the head."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from edc.audit import canonical
from edc.audit.models import Act, ChainHead, Seal
from edc.audit.triggers import audited_models
from edc.audit.verification import texts
from edc.audit.verification.problem import Problem

BATCH = 500


@dataclass
class Walk:
    """Where the walk along the chains stands, and what the head of the chain says."""

    chain: str = ""
    number: int = 0
    hash: str = ""
    head: ChainHead | None = None


def problems(using: str) -> Iterator[Problem]:
    """Yield what does not fit in the chains, then acts and rows that no seal holds."""
    walk = Walk()
    seals = Seal.objects.using(using).select_related("act").order_by("chain", "number")
    for batch in batches(seals.iterator(chunk_size=BATCH)):
        rows = _rows_of(batch, using)
        heads = ChainHead.objects.using(using).in_bulk({seal.chain for seal in batch})
        for seal in batch:
            if seal.chain != walk.chain:
                yield from _head_problems(walk)
                walk = Walk(seal.chain, head=heads.get(seal.chain))
            yield from _seal_problems(seal, rows.pop((seal.act_id, seal.chain), []), walk)
    yield from _head_problems(walk)
    yield from _act_problems(using)
    yield from _unsealed(using)


def batches(seals: Iterator[Seal]) -> Iterator[list[Seal]]:
    """Yield seals a few hundred at a time."""
    while batch := list(itertools.islice(seals, BATCH)):
        yield batch


def _rows_of(batch: list[Seal], using: str) -> dict[tuple[object, str], list[str]]:
    """Return the digests of the history rows that these seals hold, by act and chain."""
    found: dict[tuple[object, str], list[str]] = defaultdict(list)
    acts = {seal.act_id for seal in batch}
    touched = {label for seal in batch for label in seal.act.touched}
    for model in audited_models():
        if model._meta.label_lower not in touched:
            continue
        rows = model.history.using(using).filter(act_id__in=acts).order_by()
        for act_id, chain, text in rows.values_list("act_id", "chain", "canonical"):
            found[act_id, chain].append(canonical.digest("row", text))
    return found


def _seal_problems(seal: Seal, rows: list[str], walk: Walk) -> Iterator[Problem]:
    key = f"{seal.chain} {seal.number}"
    if seal.number != walk.number + 1:
        yield Problem("seal", key, f"number {walk.number + 1} is missing before it")
    elif seal.previous != walk.hash:
        yield Problem("seal", key, "it does not follow the link before it")
    text = canonical.seal_text(
        chain=seal.chain,
        number=seal.number,
        previous=seal.previous,
        act=canonical.digest("act", seal.act.canonical),
        rows=rows,
    )
    if canonical.digest("seal", text) != seal.hash:
        yield Problem("seal", key, f"its act {seal.act_id} or a history row of that act was altered, added or removed")
    walk.number, walk.hash = seal.number, seal.hash


def _head_problems(walk: Walk) -> Iterator[Problem]:
    """Compare the end of a chain with its head; heads of chains without a single link are found at the end."""
    if walk.chain and (walk.head is None or (walk.head.number, walk.head.hash) != (walk.number, walk.hash)):
        said = f"{walk.head.number}" if walk.head else "nothing"
        yield Problem("chain head", walk.chain, f"it says {said}, the last link found is {walk.number}")


def _act_problems(using: str) -> Iterator[Problem]:
    """Every act's columns against its text, and a seal for every act."""
    sealed = Seal.objects.using(using).filter(act=OuterRef("pk"))
    acts = Act.objects.using(using).annotate(sealed=Exists(sealed)).order_by("id")
    for act in acts.iterator(chunk_size=BATCH):
        for fault in texts.act_faults(act):
            yield Problem("act", str(act.pk), fault)
        if not act.sealed:
            yield Problem("act", str(act.pk), "no seal holds it")


def _unsealed(using: str) -> Iterator[Problem]:
    empty = ChainHead.objects.using(using).annotate(
        found=Exists(Seal.objects.using(using).filter(chain=OuterRef("chain")))
    )
    for head in empty.filter(found=False).order_by("chain").iterator():
        yield Problem("chain head", head.chain, f"it says {head.number}, and the chain has no link")
    for model in audited_models():
        seals = Seal.objects.using(using).filter(act=OuterRef("act_id"), chain=OuterRef("chain"))
        rows = model.history.using(using).annotate(sealed=Exists(seals)).filter(sealed=False).order_by("id", "revision")
        for key, revision in rows.values_list("id", "revision").iterator():
            yield Problem(f"history of {model._meta.label_lower}", f"{key} revision {revision}", "no seal holds it")
