from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc.audit import checkpoints


class Command(BaseCommand):
    help = "Signs where every chain of the audit trail ends now, in the database and in a file to keep elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="where the file goes (var/checkpoints/NUMBER-HASH.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = checkpoints.make()
        name = f"{checkpoint.number:06}-{checkpoint.hash[:8]}.json"
        path = options["file"] or settings.VARIABLE_FILES / "checkpoints" / name
        try:
            checkpoints.write_file(checkpoint, path)
        except OSError as error:
            raise CommandError(f"The checkpoint is stored, but its file could not be written: {error}") from error
        self.stdout.write(f"Checkpoint {checkpoint.number}: {path}. Keep a copy outside this machine.")
