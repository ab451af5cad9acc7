"""The trial NCT01573923 as it is loaded from its file, its people at two sites, and the proofs that end a walk."""

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command

from edc.access.actor import Actor
from edc.access.roles import Role
from edc.trail import verify_trail
from tests import builders
from tests.walks.desk import Desk
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


@pytest.fixture
def cast(db: None) -> Cast:
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


@pytest.fixture
def at_desk() -> Callable[[Actor], Desk]:
    """A desk at which this person has logged in with the real form."""
    return lambda actor: Desk().log_in(actor)


@pytest.fixture
def verified(tmp_path: Path) -> Callable[[bytes], None]:
    """Assert that the whole trail fits: by the command on the database, and by the script on a download."""

    def verify(download: bytes) -> None:
        out = io.StringIO()
        call_command("verify_audit", stdout=out)
        assert "The trail is whole" in out.getvalue()
        path = tmp_path / "trail.jsonl"
        path.write_bytes(download)
        command = [sys.executable, "-I", "-S", str(verify_trail.__file__), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert f"{path}: whole" in done.stdout

    return verify
