"""Protocol versions: which there are, which is in force, and their rules of eligibility, ready to use."""

from collections.abc import Mapping
from types import MappingProxyType

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import ProtocolVersion, Trial
from trials.protocol.names import eligibility_names
from trials.queries.scope import need
from trials.rules.expression import Expression, Type, compile_expression

_rules: dict[str, Mapping[str, Expression]] = {}


def versions_of(actor: Actor, trial: Trial) -> list[ProtocolVersion]:
    """Every version of the trial's protocol, the latest first."""
    need(actor, Permission.TRIAL_VIEW, trial)
    return list(
        ProtocolVersion.objects.filter(trial=trial)
        .select_related("trial")
        .prefetch_related("sites")
        .order_by("-loaded_at", "-id")
    )


def version_in_force(actor: Actor, trial: Trial, version: str = "") -> ProtocolVersion:
    """The version asked for; without one the latest that is in force at a site the actor may see."""
    need(actor, Permission.TRIAL_VIEW, trial)
    versions = ProtocolVersion.objects.filter(trial=trial).select_related("trial").order_by("-loaded_at", "-id")
    if version:
        found = versions.filter(version=version).first()
    else:
        here = actor.filter(Permission.TRIAL_VIEW, trial="sites__trial_id", site="sites__pk")
        found = versions.filter(here, sites__isnull=False).first()
    if found is None:
        raise NotVisible
    return found


def eligibility_rules(version: ProtocolVersion) -> Mapping[str, Expression]:
    """The rule of each criterion that has one, by the criterion's id; compiled once per process."""
    if version.sha256 not in _rules:
        protocol = version.protocol
        names = eligibility_names(protocol)
        _rules[version.sha256] = MappingProxyType(
            {each.id: compile_expression(each.rule, names, Type.BOOL) for each in protocol.eligibility if each.rule}
        )
    return _rules[version.sha256]
