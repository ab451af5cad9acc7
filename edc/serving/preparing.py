"""Bringing an installation to the state in which it may serve: tables, triggers, static files."""

import io

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError


def prepare() -> None:
    """Migrate, see that the audit triggers and all other checks hold, and collect static files for production."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("check", databases=["default"], stdout=io.StringIO())
    if settings.EDC_MODE == "production":
        call_command("collectstatic", interactive=False, verbosity=0)


def refuse_in_production(what: str) -> None:
    """Synthetic people with known passwords have no place beside real ones."""
    if settings.EDC_MODE == "production":
        raise CommandError(f"EDC_MODE is production. {what} is for demonstrations and tests: use another installation.")


def public_url(port: int) -> dict[str, str]:
    """The address for links in messages, unless the environment names one."""
    return {} if settings.EDC_PUBLIC_URL != "http://127.0.0.1:8000" else {"EDC_PUBLIC_URL": f"http://127.0.0.1:{port}"}
