"""The only signals that the project listens to: after a migrate, and Django's log-ins."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth import signals
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate

from edc.audit import logins, triggers
from edc.audit.checks import check_triggers


def connect(audit: AppConfig) -> None:
    """Listen, and have the triggers checked. Called once, when every app is loaded."""
    checks.register(check_triggers, checks.Tags.database)
    post_migrate.connect(put_triggers_back, sender=audit, dispatch_uid="edc.audit.triggers")
    signals.user_logged_in.connect(logins.logged_in, dispatch_uid="edc.audit.logged_in")
    signals.user_logged_out.connect(logins.logged_out, dispatch_uid="edc.audit.logged_out")
    signals.user_login_failed.connect(logins.failed, dispatch_uid="edc.audit.login_failed")


def put_triggers_back(using: str, **_: Any) -> None:
    """Make the tables append-only again: a migration may have rebuilt them."""
    triggers.establish(connections[using])
