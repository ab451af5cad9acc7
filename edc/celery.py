"""The work queue: one Celery application, and what it does by the clock.

By default messages are files under `var/broker`, for one worker that also keeps the clock:
`celery -A edc.celery worker -B -P threads`. `CELERY_BROKER_URL=redis://...` takes their place in production.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edc.settings")

app = Celery("edc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()

# Times are UTC. Every task here must bear being run twice: a row with a unique key says what was already done.
app.conf.beat_schedule = {
    "remind of due and overdue visits": {"task": "visits.tasks.remind_daily", "schedule": crontab(minute=5)},
}

if app.conf.broker_url.startswith("filesystem"):
    for folder in ("queue", "control"):
        (settings.CELERY_BROKER_DIRECTORY / folder).mkdir(parents=True, exist_ok=True)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Stop Celery from replacing the log format of the project."""
