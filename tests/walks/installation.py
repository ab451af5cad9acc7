"""An installation of its own for a test: files, database, web server and worker as processes that can be killed."""

import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds to wait for a process before the test fails."""


@dataclass
class Installation:
    """One installation: its environment, and the processes that were started in it."""

    files: Path
    database: str
    environment: dict[str, str] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    port: int = 0

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EDC_", "CELERY_"))}
        self.environment = kept | {"EDC_VAR": str(self.files), "DATABASE_URL": self.database, "PYTHONPATH": str(ROOT)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def run(self, *arguments: str) -> str:
        """Run Python to its end and return what it printed; fail with all that it said when it failed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments[:3]}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def script(self, name: str, *arguments: str) -> Any:
        """Run one of the functions of `tests/walks/inside.py` in this installation, and return what it answers."""
        return json.loads(self.run("-m", "tests.walks.inside", name, *arguments).splitlines()[-1])

    def start_web(self, workers: int = 2, threads: int = 10) -> None:
        """Start gunicorn as in production."""
        self.web = self._start(
            "web",
            *("gunicorn", "edc.wsgi", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"),
            *("--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"),
        )

    def start_worker(self) -> None:
        """Start a Celery worker on the directory of messages, without the clock."""
        self.worker = self._start(
            "worker", "celery", "-A", "edc.celery", "worker", "-P", "threads", "-c", "2", "-l", "error"
        )

    def _start(self, name: str, *module: str) -> subprocess.Popen[bytes]:
        with (self.files / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_web(self) -> None:
        """kill -9 of the server: master and workers, in the middle of whatever they do."""
        _kill(self.web)
        self.web = None

    def kill_one_web_worker(self, chance: random.Random) -> None:
        """kill -9 of one process that answers requests; gunicorn starts another in its place."""
        assert self.web is not None
        own = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text(encoding="ascii").split()
        if own:
            os.kill(int(chance.choice(own)), signal.SIGKILL)

    def kill_worker(self) -> None:
        """kill -9 of the worker."""
        _kill(self.worker)
        self.worker = None

    def wait_for_web(self) -> None:
        """Wait until the server answers."""
        until = time.monotonic() + PATIENCE
        while True:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                asked.request("GET", "/health/alive")
                if asked.getresponse().status == http.HTTPStatus.OK:
                    return
            except OSError:
                assert time.monotonic() < until, (self.files / "web.log").read_text()[-4000:]
            finally:
                asked.close()
            time.sleep(0.02)

    def problems(self) -> list[str]:
        """What `verify_audit` finds wrong; empty when everything fits."""
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_audit"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    """Kill the process group that this process was started as the leader of."""
    if process is None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def installed(files: Path) -> Iterator[Installation]:
    """An installation on the kind of database that the suite runs on, with every table; taken away afterwards."""
    files.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        made, server = f"sqlite:///{files / 'edc.sqlite3'}", None
    else:
        made, server = _new_database()
    here = Installation(files, made)
    try:
        here.run("manage.py", "migrate", "-v", "0")
        yield here
    finally:
        here.kill_web()
        here.kill_worker()
        if server is not None:
            with psycopg.connect(server, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{made.rsplit("/", 1)[1]}" WITH (FORCE)')


def _new_database() -> tuple[str, str]:
    """Make a database on the server that the suite uses; return its address, and that of the server."""
    its = settings.DATABASES["default"]
    who = its["USER"] + (f":{its['PASSWORD']}" if its["PASSWORD"] else "")
    place = f"postgres://{who}@{its['HOST']}:{its['PORT'] or 5432}"
    name = f"edc_walk_{secrets.token_hex(4)}"
    server = f"{place}/postgres"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    return f"{place}/{name}", server
