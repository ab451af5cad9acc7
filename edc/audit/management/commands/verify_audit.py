import itertools
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc.audit.models import Act, Checkpoint
from edc.audit.verification import problems


class Command(BaseCommand):
    help = (
        "Recomputes the audit trail, compares the facts with it, and names every row that does not fit. "
        "Ends with code 1 when there is one."
    )

    requires_system_checks = ()  # it is asked above all when the checks find something missing

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint kept outside the database")
        parser.add_argument("--limit", type=int, default=100, help="problems to name at most (100)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = options["checkpoint"].read_text(encoding="utf-8") if options["checkpoint"] else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The checkpoint file cannot be read: {error}") from error
        found = list(itertools.islice(problems(checkpoint=kept), options["limit"] + 1))
        for problem in found[: options["limit"]]:
            self.stdout.write(str(problem))
        if not found:
            self.stdout.write(f"The trail is whole: {Act.objects.count()} acts, every fact as its history says.")
            if not kept:
                self.stdout.write("Without a checkpoint file, a trail that was cut off at its end is not found out.")
            if not Checkpoint.objects.exists():
                self.stdout.write("There is no checkpoint yet: run manage.py checkpoint, and keep its file elsewhere.")
            return
        more = " There are more; --limit shows them." if len(found) > options["limit"] else ""
        count = min(len(found), options["limit"])
        raise CommandError(f"{count} problem{'s' if count != 1 else ''} found. The first: {found[0]}{more}")
