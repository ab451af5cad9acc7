"""A trial from a protocol file, its sites, and people with a role in it."""

import functools
from pathlib import Path

from edc import clock
from edc.access.actor import Actor, actor_for, system_actor
from edc.access.models import User
from edc.access.operations import give_membership, open_account
from edc.access.roles import Role
from trials.models import Site, Trial
from trials.operations.protocol import load_protocol
from trials.protocol import LoadedProtocol, load_file

DEMO = Path(__file__).resolve().parents[1] / "protocols" / "demo.yaml"
PASSWORD = "a quiet morning in Alphaville"


def system() -> Actor:
    """The system itself, as a test uses it to prepare things."""
    return system_actor("test")


@functools.cache
def read(path: Path, changed: int) -> LoadedProtocol:
    """Read and check a protocol file once per run; hundreds of tests begin with the same one."""
    return load_file(path)


def trial_from(path: Path) -> Trial:
    """Load a protocol file and return its trial."""
    loaded = read(path, path.stat().st_mtime_ns)
    return load_protocol(by=system(), loaded=loaded, source=path.read_text(encoding="utf-8")).trial


def demo_trial() -> Trial:
    """The synthetic trial: sites AA and BB, arms CTL and CELL."""
    return trial_from(DEMO)


def site(trial: Trial, code: str) -> Site:
    """One site of a trial."""
    return Site.objects.select_related("trial", "protocol_version").get(trial=trial, code=code)


def person(
    role: Role | None,
    trial: Trial | None = None,
    site: Site | None = None,
    *,
    username: str = "",
    name: str = "",
    organisation: str = "",
    password: str = PASSWORD,
) -> Actor:
    """Open an account, give it a role in the trial (at one site or at all), and return the person at work.

    Without a role the person has an account and nothing else.
    """
    username = username or f"{role or 'outsider'}_{site.code.lower() if site else 'all'}_{clock.new_id().hex[-6:]}"
    user = open_account(
        by=system(),
        key=clock.new_id(),
        username=username,
        name=name or username.replace("_", " ").title(),
        password=password,
        organisation=organisation,
        choose_password=False,
    )
    if role is not None and trial is not None:
        give_membership(by=system(), key=clock.new_id(), user=user, trial=trial, site=site, role=role)
    return actor_for(user)


def join(actor: Actor, role: Role, trial: Trial, site: Site | None = None) -> Actor:
    """Give a person one more role, and return them at work with it."""
    user = User.objects.get(pk=actor.key)
    give_membership(by=system(), key=clock.new_id(), user=user, trial=trial, site=site, role=role)
    return actor_for(user)


def refreshed(actor: Actor) -> Actor:
    """The same person with the memberships in force now."""
    return actor_for(User.objects.get(pk=actor.key), channel=actor.channel)
