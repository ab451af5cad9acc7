"""What only some arms have, visits and infusions: whoever may not know an arm does not see that they are there."""

from django.db.models import Q

from edc.access.actor import Actor
from edc.access.roles import ROLES, Permission
from edc.audit.recording import Scope
from trials.models import Subject, Trial
from trials.protocol import Protocol
from trials.queries.sites import sites_for
from visits.models import Infusion, Visit

KNOWING = frozenset({Permission.ARM_VIEW, Permission.UNBLINDED_VIEW})
"""Each of them is enough to see what only some arms have."""


def may_know_arm(actor: Actor, scope: Scope) -> bool:
    """Whether somebody may see what only some arms have."""
    return any(actor.may(permission, scope) for permission in KNOWING)


def arm_visits(protocol: Protocol) -> frozenset[str]:
    """The codes of the visits that only some arms have."""
    return frozenset(visit.id for visit in protocol.schedule.visits if visit.arms is not None)


def infusions_tell(protocol: Protocol) -> bool:
    """Whether only some arms get infusions."""
    return protocol.infusions is not None and len(protocol.infusions.arms) < len(protocol.arms)


def is_shown(actor: Actor, subject: Subject, visit: Visit | None, infusion: Infusion | None) -> bool:
    """Whether a visit or infusion of a participant, and what hangs on it, may be seen; what has neither, always."""
    protocol = subject.site.protocol_version.protocol
    tells = (visit is not None and visit.code in arm_visits(protocol)) or (
        infusion is not None and infusions_tell(protocol)
    )
    return not tells or may_know_arm(actor, subject.scope())


def shown(actor: Actor, trial: Trial, *, visit: str = "visit__", infusion: str = "infusion", subject: str = "") -> Q:
    """The condition that leaves only rows of a trial that tell this actor no arm which they may not know.

    `visit`, `infusion` and `subject` lead from a row to them; no infusion when it is empty. Nothing is asked of the
    database for people of whom every role may know.
    """
    grants = [grant for grant in actor.grants if grant.trial_id == trial.pk]
    if actor.system or all(KNOWING & ROLES[grant.role].permissions for grant in grants):
        return Q()
    knows = Q(pk__in=[])
    for permission in KNOWING:
        knows |= actor.filter(permission, trial=f"{subject}subject__trial_id", site=f"{subject}subject__site_id")
    protocols = [site.protocol_version.protocol for site in sites_for(actor, trial)]
    tells = Q(**{f"{visit}code__in": sorted(frozenset[str]().union(*map(arm_visits, protocols)))})
    if infusion and any(map(infusions_tell, protocols)):
        tells |= Q(**{f"{infusion}__isnull": False})
    return knows | ~tells
