"""Shows a trial on this machine: synthetic participants, the web server, the worker. What `make demo` runs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc.errors import EdcError
from edc.serving.demonstration import SUBJECTS, Demonstration
from edc.serving.preparing import prepare, public_url, refuse_in_production
from edc.serving.processes import DidNotStart, answers, is_free, running
from trials.management.commands.protocol import found
from trials.protocol import ProtocolError, load_file


class Command(BaseCommand):
    """`manage.py demo`: data on an empty database, then the web server and the worker, checked, until Ctrl-C."""

    help = "Show a trial with synthetic participants on http://127.0.0.1:8000 until Ctrl-C."
    requires_system_checks = ()  # on an empty database the checks would find no triggers; they run after migrating

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--trial", type=Path, default=Path("NCT01573923"), help="a shipped trial's code, or a file")
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument("--subjects", type=int, default=SUBJECTS, metavar="N", help=f"participants ({SUBJECTS})")
        parser.add_argument("--once", action="store_true", help="end after the checks")

    def handle(self, *args: Any, trial: Path, port: int, subjects: int, once: bool, **options: Any) -> None:
        refuse_in_production("A demonstration")
        if not is_free(port):
            raise CommandError(f"Port {port} is in use. Say another one with --port.")
        file = found(trial)
        try:
            shown = Demonstration(load_file(file), file.read_text(encoding="utf-8"), self.say, subjects)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except ProtocolError as error:
            raise CommandError(f"{file} cannot be used.\n{error}") from error
        try:
            prepare()
            shown.fill()
            self.serve(shown, port, once=once)
        except EdcError as error:
            raise CommandError(error.message) from error
        except DidNotStart as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.say("Stopped.")

    def serve(self, shown: Demonstration, port: int, *, once: bool) -> None:
        """Start both processes, prove that all works, and stay."""
        url = f"http://127.0.0.1:{port}"
        with running(settings.VARIABLE_FILES / "logs", port=port, environment=public_url(port)) as processes:
            processes.wait_until("The page answers", lambda: answers(f"{url}/account/login/"))
            self.say(f"{url} answers.")
            shown.remind(processes)
            shown.prove()
            shown.introduce(url)
            if not once:
                processes.stay()

    def say(self, line: str) -> None:
        """Print a line at once, also into a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
