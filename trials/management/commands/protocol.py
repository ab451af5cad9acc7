"""Works with protocol files: check them, show them, compare two, write the schema for editors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trials.checks import FOLDER
from trials.protocol import LoadedProtocol, ProtocolError, diff, json_schema, load_file, show


class Command(BaseCommand):
    """`manage.py protocol check|show|diff|schema`; each action is one method and one line in `add_arguments`."""

    help = "Check, show and compare protocol files."
    requires_system_checks = ()  # the checks read the shipped files, and this command is how they are mended

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        self._action(actions, "check", self.check_files, "Print every problem as file:line:column.", files="+")
        self._action(actions, "show", self.show_file, "Print the protocol in words.", files=1)
        self._action(actions, "diff", self.diff_files, "Print in words what differs between two files.", files=2)
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
