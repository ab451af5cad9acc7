"""Runs the installation on this machine: the web server and the worker, until Ctrl-C."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc.serving.preparing import prepare, public_url
from edc.serving.processes import DidNotStart, answers, running


class Command(BaseCommand):
    """`manage.py run`: migrate, start the web server and the worker, stay."""

    help = "Run the web server (127.0.0.1) and the worker until Ctrl-C."
    requires_system_checks = ()  # on an empty database the checks would find no triggers; they run after migrating

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument("--workers", type=int, default=1, help="processes of the web server (1)")

    def handle(self, *args: Any, port: int, workers: int, **options: Any) -> None:
        prepare()
        url = f"http://127.0.0.1:{port}"
        logs = settings.VARIABLE_FILES / "logs"
        try:
            with running(logs, port=port, workers=workers, environment=public_url(port)) as processes:
                host = settings.ALLOWED_HOSTS[0]
                processes.wait_until("The page answers", lambda: answers(f"{url}/health/alive", host))
                self.stdout.write(f"{url} answers, and the worker runs. Ctrl-C ends both. Their output: {logs}")
                processes.stay()
        except DidNotStart as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
