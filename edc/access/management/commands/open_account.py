"""Opens an account from the command line: the first one of an installation, before any page could."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from edc import clock
from edc.access.actor import Actor, system_actor
from edc.access.models import User
from edc.access.operations import give_membership, open_account
from edc.access.queries import account_by_name, trial_by_code
from edc.access.roles import Permission, Role
from edc.errors import EdcError, Refused


class Command(BaseCommand):
    """`manage.py open_account USERNAME --name NAME --administrator-of TRIAL`."""

    help = (
        "Open an account, and make its owner administrator of trials. The first password is typed twice, or read as "
        "the first line of the standard input; the owner replaces it at the first log-in. With --administrator-of, an "
        "account that is there already only gets the role."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="name to log in with")
        parser.add_argument("--name", default="", help="name as it is printed")
        parser.add_argument("--email", default="", help="e-mail address")
        parser.add_argument("--organisation", default="", help="where the person works, for the trail")
        parser.add_argument("--administrator-of", nargs="+", default=[], metavar="TRIAL", help="codes of loaded trials")
        parser.add_argument("--reason", default="", help="why, for the trail")

    def handle(self, *args: Any, username: str, reason: str, administrator_of: list[str], **options: Any) -> None:
        by = system_actor("command line", channel="command", permissions=[Permission.ACCESS_MANAGE])
        trials = [self._trial(by, code) for code in dict.fromkeys(administrator_of)]
        user: User | None = account_by_name(by, username) if trials else None
        if user is not None and not user.is_active:
            raise CommandError(f"The account {user.username} is closed, so it gets no role.")
        try:
            if user is None:
                user = open_account(
                    by=by,
                    key=clock.new_id(),
                    username=username,
                    name=options["name"],
                    email=options["email"],
                    organisation=options["organisation"],
                    password=_password(),
                    reason=reason,
                )
                self.stdout.write(f"Opened the account {user.username} of {user.name}.")
            for trial in trials:
                give_membership(
                    by=by, key=clock.new_id(), user=user, trial=trial, role=Role.ADMINISTRATOR, reason=reason
                )
                self.stdout.write(f"{user.name} is administrator of {trial.code}.")
        except EdcError as error:
            raise CommandError(_words(error)) from error

    def _trial(self, by: Actor, code: str) -> Any:
        try:
            return trial_by_code(by, code, Permission.ACCESS_MANAGE)
        except EdcError as error:
            raise CommandError(f"There is no trial {code}. Load its protocol first.") from error


def _password() -> str:
    """Read the first password without showing it; a person types it twice."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("First password: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandError("The two passwords differ. Nothing was opened.")
    return password


def _words(error: EdcError) -> str:
    if isinstance(error, Refused) and error.field_errors:
        return " ".join(sentence for sentences in error.field_errors.values() for sentence in sentences)
    return error.message
