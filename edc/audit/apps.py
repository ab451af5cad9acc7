from typing import Any

from django.apps import AppConfig
from django.contrib.auth import signals
from django.db import connections
from django.db.models.signals import post_migrate


class Audit(AppConfig):
    """What happened: acts, history, the chain of seals, verification."""

    name = "edc.audit"
    label = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        # Models can be imported only now.
        from edc.audit import logins  # noqa: PLC0415

        post_migrate.connect(put_triggers_back, sender=self, dispatch_uid="edc.audit.triggers")
        signals.user_logged_in.connect(logins.logged_in, dispatch_uid="edc.audit.logged_in")
        signals.user_logged_out.connect(logins.logged_out, dispatch_uid="edc.audit.logged_out")
        signals.user_login_failed.connect(logins.failed, dispatch_uid="edc.audit.login_failed")


def put_triggers_back(using: str, **_: Any) -> None:
    """Make the tables append-only again: a migration may have rebuilt them."""
    from edc.audit import triggers  # noqa: PLC0415

    triggers.establish(connections[using])
