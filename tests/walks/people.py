"""The trial NCT01573923 as it is loaded from its file, and who works in it."""

from dataclasses import dataclass
from pathlib import Path

from edc.access.actor import Actor
from edc.access.roles import Role
from tests import builders
from trials.models import Site, Trial

PROTOCOL = Path(__file__).parents[2] / "trials" / "protocols" / "NCT01573923.yaml"


@dataclass
class Cast:
    """Who works in the trial, by role; `second` and `other` are coordinators, `other` at another site."""

    trial: Trial
    site: Site
    coordinator: Actor
    second: Actor
    other: Actor
    investigator: Actor
    nurse: Actor
    monitor: Actor
    data_manager: Actor


def cast_of_trial() -> Cast:
    """Load the protocol file, and give everybody an account and a role."""
    trial = builders.trial_from(PROTOCOL)
    site, lanzhou = builders.site(trial, "BJ"), builders.site(trial, "LZ")

    def person(role: Role, place: Site | None, username: str, name: str) -> Actor:
        return builders.person(role, trial, place, username=username, name=name)

    return Cast(
        trial=trial,
        site=site,
        coordinator=person(Role.COORDINATOR, site, "li", "Li Na"),
        second=person(Role.COORDINATOR, site, "sun", "Sun Mei"),
        other=person(Role.COORDINATOR, lanzhou, "gao", "Gao Jun"),
        investigator=person(Role.INVESTIGATOR, site, "wang", "Dr Wang Wei"),
        nurse=person(Role.INFUSION_NURSE, site, "zhou", "Zhou Lin"),
        monitor=person(Role.MONITOR, None, "moore", "Mo Moore"),
        data_manager=person(Role.DATA_MANAGER, None, "dana", "Dana Reed"),
    )
