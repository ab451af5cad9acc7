"""Whether somebody may read a thing: not there for them, there but not for their role, or open."""

from typing import Protocol

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.audit.recording import Scope
from edc.errors import NotAllowed, NotVisible


class Placed(Protocol):
    """Anything that knows where it belongs."""

    def scope(self) -> Scope: ...


def need(actor: Actor, permission: Permission, thing: Placed) -> None:
    """Raise `NotVisible` where the actor may not know of it, `NotAllowed` where their role may not do this."""
    scope = thing.scope()
    if not actor.may(permission, scope):
        raise NotAllowed if actor.sees(scope) else NotVisible
