"""Recomputing the whole trail, and comparing the facts with it.

`problems()` yields, one after the other and in constant memory, every row that does not fit. What a chain cannot
show is said in `edc/docs/audit.md`.
"""

from collections.abc import Iterator

from django.db import transaction

from edc.audit.verification import chains, checkpoints, facts
from edc.audit.verification.problem import Problem

__all__ = ["Problem", "problems"]


def problems(*, using: str = "snapshot", checkpoint: str = "") -> Iterator[Problem]:
    """Yield all that does not fit, reading one moment of the database from first to last.

    `checkpoint` is the text of a checkpoint file kept elsewhere: only with it is a trail found out that was cut off
    or made anew as a whole.
    """
    with transaction.atomic(using=using):
        yield from chains.problems(using)
        yield from facts.problems(using)
        yield from checkpoints.problems(using)
        if checkpoint:
            yield from checkpoints.problems_against(checkpoint, using)
