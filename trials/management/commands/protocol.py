"""Works with protocol files: check them, show them, compare two, load one, write the schema for editors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc import clock
from edc.access.actor import system_actor
from edc.errors import EdcError
from trials.checks import FOLDER
from trials.operations.protocol import load_protocol, set_site_protocol
from trials.protocol import LoadedProtocol, ProtocolError, diff, json_schema, load_file, show
from trials.queries import sites_for


class Command(BaseCommand):
    """`manage.py protocol check|show|diff|load|schema`; each action is one method and one line in `add_arguments`."""

    help = "Check, show, compare and load protocol files."
    requires_system_checks = ()  # the checks read the shipped files, and this command is how they are mended

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        self._action(actions, "check", self.check_files, "Print every problem as file:line:column.", files="+")
        self._action(actions, "show", self.show_file, "Print the protocol in words.", files=1)
        self._action(actions, "diff", self.diff_files, "Print in words what differs between two files.", files=2)
        load = self._action(actions, "load", self.load_file, "Load a version into the database.", files=1)
        load.add_argument("--open-at", nargs="+", default=[], metavar="SITE", help="sites that work with it from today")
        load.add_argument("--reason", default="", help="why, for the trail")
        self._action(actions, "schema", self.print_schema, "Print the JSON Schema of protocol files for editors.")

    def _action(
        self, actions: Any, name: str, run: Callable[..., None], words: str, files: int | str | None = None
    ) -> CommandParser:
        """Add one action, `run` with the parsed options as keywords; returns its parser for further options."""
        parser: CommandParser = actions.add_parser(name, help=words, description=words)
        if files is not None:
            parser.add_argument(
                "files", nargs=files, type=Path, metavar="FILE", help="a file, or a shipped trial's code"
            )
        parser.set_defaults(run=run)
        return parser

    def handle(self, *args: Any, run: Callable[..., None], **options: Any) -> None:
        run(**options)

    def check_files(self, *, files: list[Path], **_: Any) -> None:
        """Print every problem of every file; fails when one of them is an error."""
        bad = 0
        for file in map(found, files):
            try:
                loaded = load_file(file)
            except ProtocolError as error:
                bad += 1
                for problem in error.problems:
                    self.stdout.write(problem.format())
                errors = len(error.problems)
                self.stdout.write(f"{file}: {errors} {'problem' if errors == 1 else 'problems'} to mend.")
                continue
            for problem in loaded.warnings:
                self.stdout.write(problem.format())
            code, version = loaded.protocol.trial.code, loaded.protocol.version
            self.stdout.write(f"{file}: {code} version {version} can be loaded. SHA-256 {loaded.sha256}")
        if bad:
            raise CommandError(f"{bad} of {len(files)} files cannot be loaded.")

    def show_file(self, *, files: list[Path], **_: Any) -> None:
        """Print the protocol in words."""
        self.stdout.write(show(self._loaded(files[0]).protocol), ending="")

    def diff_files(self, *, files: list[Path], **_: Any) -> None:
        """Print each difference of the second file from the first."""
        old, new = (self._loaded(file).protocol for file in files)
        changes = diff(old, new)
        self.stdout.write(f"Version {old.version} to version {new.version}:")
        for change in changes:
            self.stdout.write(f"- {change}")
        if not changes:
            self.stdout.write("Nothing differs in meaning.")

    def load_file(self, *, files: list[Path], open_at: list[str], reason: str, **_: Any) -> None:
        """Load a version; a new one waits until it is opened at sites (the first is open at all of them)."""
        file = found(files[0])
        loaded = self._loaded(file)
        by = system_actor("command line", channel="command")
        try:
            version = load_protocol(by=by, loaded=loaded, source=file.read_text(encoding="utf-8"), reason=reason)
            sites = {site.code: site for site in sites_for(by, version.trial)}
            for code in open_at:
                if code not in sites:
                    raise CommandError(f"{version.trial.code} has no site {code}.")
                today = clock.today(sites[code].time_zone)
                set_site_protocol(by=by, site=sites[code], version=version, since=today, reason=reason)
        except EdcError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{version.trial.code} version {version.version} is loaded. SHA-256 {version.sha256}")
        for site in sites_for(by, version.trial):
            self.stdout.write(f"- {site.code} works with version {site.protocol_version.version}")

    def print_schema(self, **_: Any) -> None:
        """Print the JSON Schema."""
        self.stdout.write(json_schema(), ending="")

    def _loaded(self, file: Path) -> LoadedProtocol:
        try:
            return load_file(found(file))
        except ProtocolError as error:
            raise CommandError(f"{file} cannot be used.\n{error}") from error


def found(file: Path) -> Path:
    """The file itself, or the shipped one of a trial that is named by its code."""
    shipped = FOLDER / f"{file.name.removesuffix('.yaml')}.yaml"
    return shipped if not file.exists() and file.parent == Path() and shipped.is_file() else file
