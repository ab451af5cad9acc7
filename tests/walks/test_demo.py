"""`manage.py demo` and `manage.py run` in processes of their own, as somebody types them on a bare machine."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 240
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation of its own, shared by the tests of this file in their order."""
    return tmp_path_factory.mktemp("demo")


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(place: Path, **more: str) -> dict[str, str]:
    """What a newcomer has: no variable of ours but the directory."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "EDC_VAR": str(place), "PYTHONUNBUFFERED": "1", **more}


def manage(place: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(place, **more),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def demo(place: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return manage(place, "demo", "--once", "--subjects", "8", "--port", str(a_free_port()), **more)


@contextmanager
def staying(place: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that stays, ended with all its children if the test does not end it."""
    with subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(place),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_the_first_run_shows_data_a_reminder_a_whole_trail_and_an_extract(place: Path) -> None:
    done = demo(place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Participants: 8" in done.stdout
    assert "The trail is whole" in done.stdout
    assert "coordinator." in done.stdout
    assert list((place / "outbox").iterdir()), "no reminder lies in the outbox"
    (extract,) = (place / "demo").glob("*.zip")
    with zipfile.ZipFile(extract) as archive:
        assert {"manifest.json", "subjects.exact.csv"} <= {Path(name).name for name in archive.namelist()}


def test_the_second_run_adds_nothing_and_the_children_are_gone(place: Path) -> None:
    done = demo(place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing is added" in done.stdout
    assert "Participants:" not in done.stdout
    assert manage(place, "verify_audit").returncode == 0


def test_run_serves_the_same_installation_and_ends_its_children_when_it_is_stopped(place: Path) -> None:
    port = a_free_port()
    with staying(place, "run", "--port", str(port)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "answers" in line, line
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=10) as page:
            assert page.status == 200
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert time.monotonic() - started < 20
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_demonstration_is_refused_in_production(place: Path) -> None:
    done = manage(
        place,
        "demo",
        "--once",
        EDC_MODE="production",
        SECRET_KEY="".join(chr(97 + number % 26) for number in range(60)),
        ALLOWED_HOSTS="edc.example.org",
        DATABASE_URL=f"sqlite:///{place / 'other.sqlite3'}",
    )
    assert done.returncode != 0
    assert "production" in done.stderr
    assert not (place / "other.sqlite3").exists()


@pytest.mark.redis
def test_the_worker_runs_the_reminders_over_redis(redis_url: str, tmp_path: Path) -> None:
    done = demo(tmp_path, CELERY_BROKER_URL=redis_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "broker" / "queue").exists()
    assert list((tmp_path / "outbox").iterdir()), "no reminder lies in the outbox"
