"""Writes the datasets of a trial into a directory, on record as an act of the command line."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc.access.actor import Actor, system_actor
from edc.access.roles import Permission
from edc.errors import EdcError
from edc.exports.variants import VARIANTS
from edc.extracts.making import extract
from trials.models import Trial
from trials.queries import trial_by_code


class Command(BaseCommand):
    """`manage.py extract NCT01573923 --to DIRECTORY`."""

    help = "Write the datasets of a trial as a zip file into a directory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("trial", help="code of the trial")
        parser.add_argument("--to", type=Path, required=True, metavar="DIRECTORY", help="where the zip file goes")
        parser.add_argument("--variant", choices=sorted(VARIANTS), default="exact", help="how the files are written")
        parser.add_argument("--dataset", action="append", default=[], metavar="NAME", help="only this one; repeatable")
        parser.add_argument("--identifying", action="store_true", help="with what identifies participants")
        parser.add_argument("--unblinded", action="store_true", help="with what tells arms in a blinded trial")

    def handle(self, *args: Any, **options: Any) -> None:
        permissions = {Permission.TRIAL_VIEW, Permission.EXTRACT_DATA, Permission.ARM_VIEW}
        if options["identifying"]:
            permissions.add(Permission.IDENTIFYING_VIEW)
        if options["unblinded"]:
            permissions.add(Permission.UNBLINDED_VIEW)
        actor = system_actor("command line", channel="command", permissions=permissions)
        directory: Path = options["to"]
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory. Make it first.")
        trial = _trial(actor, options["trial"])
        try:
            made = extract(by=actor, trial=trial, variant=options["variant"], datasets=options["dataset"])
        except EdcError as error:
            raise CommandError(error.message) from error
        target = directory / made.filename
        target.touch(mode=0o600, exist_ok=False)
        with made.file, target.open("wb") as copy:
            shutil.copyfileobj(made.file, copy)
        rows = sum(file.rows for file in made.written.files)
        self.stdout.write(
            f"{target}: {len(made.written.files)} files, {rows} rows. SHA-256 {made.written.archive_sha256}"
        )


def _trial(actor: Actor, code: str) -> Trial:
    try:
        return trial_by_code(actor, code)
    except EdcError as error:
        raise CommandError(f"There is no trial {code}.") from error
