"""From nothing to the first page, against a project that Django itself has just made."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.benchmarks.measure import Measured, in_turn, report

pytestmark = [pytest.mark.bench, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).resolve().parents[2]
STARTS = 7
MIGRATIONS = 3
LONGEST_MIGRATION = 15
FIRST_PAGE = """
import django
django.setup()
from django.test import Client
answer = Client(headers={"host": "127.0.0.1"}).get("%s")
assert answer.status_code == 200, answer.status_code
"""


@dataclass
class Project:
    """A project on the disk, and how a process finds it."""

    home: Path
    environment: dict[str, str]
    page: str

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def first_page(self, turn: int) -> None:
        self.run("-c", FIRST_PAGE % self.page)


def inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("EDC_", "DJANGO_", "DATABASE_"))}


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """What `django-admin startproject` makes, with its administration's log-in page."""
    home = tmp_path / "bare"
    home.mkdir()
    own = inherited() | {"DJANGO_SETTINGS_MODULE": "bare.settings", "PYTHONPATH": str(home)}
    project = Project(home, own, "/admin/login/")
    subprocess.run([sys.executable, "-m", "django", "startproject", "bare", str(home)], check=True, env=inherited())
    return project


@pytest.fixture
def ours(tmp_path: Path) -> Project:
    files = tmp_path / "ours"
    own = inherited() | {"EDC_VAR": str(files), "DJANGO_SETTINGS_MODULE": "edc.settings"}
    return Project(ROOT, own, "/account/login/")


@pytest.fixture
def on_a_new_database() -> Iterator[Callable[[Project], None]]:
    """Gives a project a database of its own that is empty: a file, or one on the server of this run."""
    made: list[str] = []
    its = settings.DATABASES["default"]

    def empty(project: Project) -> None:
        name = f"bench_{secrets.token_hex(4)}"
        if connection.vendor == "sqlite":
            address = f"sqlite:///{project.home / name}.sqlite3" if project.home != ROOT else ""
            address = address or f"sqlite:///{project.environment['EDC_VAR']}/{name}.sqlite3"
        else:
            with psycopg.connect(_server(its), autocommit=True) as admin:
                admin.execute(f'CREATE DATABASE "{name}"')
            made.append(name)
            address = f"{_server(its).rsplit('/', 1)[0]}/{name}"
        project.environment["DATABASE_URL"] = address

    yield empty
    if made:
        with psycopg.connect(_server(its), autocommit=True) as admin:
            for name in made:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server(its: dict[str, str]) -> str:
    who = its["USER"] + (f":{its['PASSWORD']}" if its["PASSWORD"] else "")
    return f"postgres://{who}@{its['HOST']}:{its['PORT'] or 5432}/postgres"


def reads_its_database_from_the_environment(project: Project) -> None:
    """Let the bare project use the database that `DATABASE_URL` names, like ours."""
    own = project.home / "bare" / "settings.py"
    own.write_text(own.read_text() + '\nimport dj_database_url\nDATABASES = {"default": dj_database_url.config()}\n')


def test_cold_start_to_the_first_page(bare: Project, ours: Project) -> None:
    bare.run("manage.py", "migrate", "-v", "0")
    ours.run("manage.py", "migrate", "-v", "0")
    measured = in_turn({"bare project": bare.first_page, "ours": ours.first_page}, STARTS, warm_up=1)
    report("Cold start to the log-in page (a new process; SQLite)", measured, "bare project", {"ours": "<= 3"})


def test_migrate_from_nothing(bare: Project, ours: Project, on_a_new_database: Callable[[Project], None]) -> None:
    reads_its_database_from_the_environment(bare)
    seconds: dict[str, list[float]] = {}

    def migrate(project: Project) -> Callable[[int], None]:
        def run(turn: int) -> None:
            project.run("manage.py", "migrate", "-v", "0")

        return run

    for _ in range(MIGRATIONS):
        for name, project in {"bare project": bare, "ours": ours}.items():
            on_a_new_database(project)
            found = in_turn({name: migrate(project)}, 1, warm_up=0)
            seconds.setdefault(name, []).extend(found[name].seconds)
    measured = {name: Measured(name, found) for name, found in seconds.items()}
    report(f"Migrate from nothing ({connection.vendor})", measured, "bare project", {"ours": "<= 3"})
    print(f"  ours: {measured['ours'].median:.1f} s   (bar <= {LONGEST_MIGRATION} s)")
