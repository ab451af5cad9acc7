"""The synthetic staff of a rehearsal: one person for each role, at each site where the role belongs to a site."""

from dataclasses import dataclass

from edc import clock
from edc.access.actor import Actor, actor_for, system_actor
from edc.access.models import User
from edc.access.operations import give_membership, open_account
from edc.access.roles import ROLES, Permission, Role
from edc.rehearsal.record import Account
from trials.models import Site, Trial
from trials.queries import sites_for

PASSWORD = "synthetic people only"  # noqa: S105 - printed for everybody; the accounts exist in rehearsals only
AT_A_SITE = (Role.COORDINATOR, Role.INVESTIGATOR, Role.INFUSION_NURSE)
ORGANISATION = "Synthetic staff"


def rehearsing_system() -> Actor:
    """The part of the system that sets up a rehearsal: accounts and the protocol, no data."""
    needed = (Permission.ACCESS_MANAGE, Permission.PROTOCOL_LOAD, Permission.TRIAL_VIEW)
    return system_actor("rehearsal", channel="command", permissions=needed)


@dataclass
class Staff:
    """Who does what, where."""

    people: dict[tuple[Role, str], Actor]
    password: str

    def at(self, site: Site, role: Role) -> Actor:
        """Who holds a role at a site."""
        return self.people.get((role, site.code)) or self.people[role, ""]

    def writer(self, site: Site, who: str | None, permission: Permission = Permission.ENTRY_WRITE) -> Actor:
        """Who fills in a form: the role that the protocol names where it may, else the coordinator."""
        person = self.people.get((Role(who), site.code)) if who else None
        return (
            person if person is not None and person.may(permission, site.scope()) else self.at(site, Role.COORDINATOR)
        )


def accounts_for(trial: Trial, sites: list[Site]) -> list[Account]:
    """The accounts that a rehearsal of a trial needs, with names that nobody takes for real ones."""
    infusions = sites[0].protocol_version.protocol.infusions is not None
    found = []
    for role in Role:
        word = ROLES[role].label.replace("(", "").replace(")", "")
        user, name = word.replace(" ", "."), word.capitalize()
        if role not in AT_A_SITE:
            found.append(Account(user, name, role, ""))
        elif role is not Role.INFUSION_NURSE or infusions:
            found += [Account(f"{user}.{site.code.lower()}", f"{name} {site.name}", role, site.code) for site in sites]
    return found


def open_accounts(trial: Trial, password: str) -> tuple[Staff, list[Account]]:
    """Open the accounts and give each its role; those that are there already are taken as they are."""
    by = rehearsing_system()
    sites = sites_for(by, trial)
    by_code: dict[str, Site | None] = {site.code: site for site in sites}
    accounts = accounts_for(trial, sites)
    known = {user.username: user for user in User.objects.filter(username__in=[one.username for one in accounts])}
    people = {}
    for one in accounts:
        user = known.get(one.username) or open_account(
            by=by,
            key=clock.new_id(),
            username=one.username,
            name=one.name,
            password=password,
            email=f"{one.username}@example.org",
            organisation=ORGANISATION,
            choose_password=False,
        )
        actor = actor_for(user, channel="command")
        if one.role not in actor.roles_in(trial.pk):
            give_membership(
                by=by, key=clock.new_id(), user=user, trial=trial, site=by_code.get(one.site), role=one.role
            )
            actor = actor_for(user, channel="command")
        people[one.role, one.site] = actor
    return Staff(people, password), accounts
