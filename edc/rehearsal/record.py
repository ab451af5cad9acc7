"""What a rehearsal leaves beside its data: counts, checks that found something, what was refused."""

from collections import Counter
from dataclasses import dataclass, field

from edc.access.roles import Role


@dataclass(frozen=True)
class Account:
    """One synthetic person."""

    username: str
    name: str
    role: Role
    site: str
    """Code of the site; empty for a role at all sites."""


@dataclass
class Notes:
    """What the courses note down while they run."""

    fired: set[tuple[str, str]] = field(default_factory=set)
    """Checks that found something, as form and check."""
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals that nobody meant to provoke, by form or step and first message."""
    meant: int = 0
    """Refusals that were meant: a check that cannot be passed, tried on purpose."""
