from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from edc.audit import recording, sealing, triggers
from edc.audit.recording import By, Recording


class Command(BaseCommand):
    help = "Puts back the triggers that protect the audit tables, and puts on record which were missing."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        absent = triggers.establish(connection)
        if not absent:
            self.stdout.write("Every trigger is in place.")
            return
        names = [str(trigger) for trigger in absent]
        by = By(key="system:command line", username="system:command line", name="System: command line", role="system")
        act = Recording(
            by=by,
            operation="audit.put_triggers_back",
            sentence="Audit triggers put back",
            always=True,
            detail={"triggers": names},
        )
        with transaction.atomic(durable=True), recording.opened(act):
            sealing.write(act)
        for name in names:
            self.stdout.write(f"Put back: {name}")
        self.stdout.write("Now run manage.py verify_audit: it finds what was changed meanwhile.")
