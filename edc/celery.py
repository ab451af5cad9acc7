"""The work queue: one Celery application, and what it does by the clock.

By default messages are files under `var/broker`, for one worker that also keeps the clock:
`celery -A edc.celery worker -B -P threads`. `CELERY_BROKER_URL=redis://...` takes their place in production, with as
many workers as wanted and one `celery -A edc.celery beat`.
"""

import fcntl
import os
from typing import Any, TextIO

from celery import Celery, bootsteps
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edc.settings")

app = Celery("edc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Times are UTC. Every task here must bear being run twice: a row with a unique key says what was already done.
app.conf.beat_schedule = {
    "remind of due and overdue visits": {"task": "visits.tasks.remind_daily", "schedule": crontab(minute=5)},
}


def over_files() -> bool:
    """Tell whether messages are files in a directory."""
    return str(app.conf.broker_url).startswith("filesystem")


class OnlyWorker(bootsteps.StartStopStep):
    """Refuses a second worker on a directory of messages: two would take each other's and both would keep the clock."""

    lock: TextIO | None = None

    def include_if(self, parent: Any) -> bool:
        return over_files()

    def start(self, parent: Any) -> None:
        path = settings.CELERY_BROKER_DIRECTORY / "worker.lock"
        self.lock = path.open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.stop(parent)
            raise SystemExit(f"Another worker runs here already; it holds {path}.") from None

    def stop(self, parent: Any) -> None:
        if self.lock:
            self.lock.close()


app.steps["worker"].update({DjangoStructLogInitStep, OnlyWorker})

if over_files():
    for folder in ("queue", "control"):
        (settings.CELERY_BROKER_DIRECTORY / folder).mkdir(parents=True, exist_ok=True)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Stop Celery from replacing the log format of the project."""
