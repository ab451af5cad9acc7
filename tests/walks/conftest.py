"""The people of the walks at their desks, and the proofs that end a walk."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from edc.access.actor import Actor
from edc.trail import verify_trail
from tests.walks.desk import Desk
from tests.walks.people import Cast, cast_of_trial


@pytest.fixture
def cast(db: None) -> Cast:
    return cast_of_trial()


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
