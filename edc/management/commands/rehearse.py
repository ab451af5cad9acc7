"""Rehearses a trial: synthetic participants of any protocol file, through the real operations."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc import clock
from edc.errors import EdcError
from edc.rehearsal.people import PASSWORD
from edc.rehearsal.run import rehearse
from edc.serving.preparing import refuse_in_production
from trials.management.commands.protocol import found
from trials.protocol import ProtocolError, load_file


class Command(BaseCommand):
    """`manage.py rehearse NCT01573923 --subjects 30 --seed 1`."""

    help = "Run synthetic participants of a protocol file through the trial, on a database that holds none of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a protocol file, or a shipped trial's code")
        parser.add_argument("--subjects", type=int, default=30, metavar="N", help="how many are screened (30)")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same data (1)")
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="DATE", help="the day before whose beginning it ends (today)"
        )

    def handle(self, *args: Any, file: Path, subjects: int, seed: int, until: date | None, **options: Any) -> None:
        refuse_in_production("A rehearsal")
        today = clock.today("UTC")
        if subjects < 1:
            raise CommandError("Say how many participants: at least 1.")
        if until is not None and until > today:
            raise CommandError("A rehearsal ends today at the latest.")
        path = found(file)
        try:
            made = rehearse(
                load_file(path),
                path.read_text(encoding="utf-8"),
                subjects=subjects,
                seed=seed,
                until=until or today,
            )
        except ProtocolError as error:
            raise CommandError(f"{path} cannot be used.\n{error}") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        except EdcError as error:
            raise CommandError(error.message) from error
        for line in made.report.lines:
            self.stdout.write(line)
        names = ", ".join(account.username for account in made.accounts)
        self.stdout.write(f"Accounts, all with the password '{PASSWORD}': {names}.")
