"""What a test asks an installation from inside: `python -m tests.walks.inside NAME` answers one line of JSON."""

import datetime
import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edc.settings")
django.setup()

from django.db.models import Count  # noqa: E402

from edc.access.operations import change_account  # noqa: E402
from edc.access.roles import Role  # noqa: E402
from edc.audit.models import Act  # noqa: E402
from tests import builders  # noqa: E402
from trials.models import Subject  # noqa: E402
from visits.models import Cell, Entry, LabResult, Reminder  # noqa: E402
from visits.tasks import remind_daily  # noqa: E402

DAY = datetime.date(2024, 7, 1)


def prepare(people: str, participants: str) -> dict[str, Any]:
    """The synthetic trial, coordinators of site A, and participants on study; whose forms lie in the past."""
    trial = builders.demo_trial()
    site = builders.site(trial, "AA")
    names = [f"coordinator_{number}" for number in range(int(people))]
    for name in names:
        builders.person(Role.COORDINATOR, trial, site, username=name)
    subjects = [builders.enrolled_subject(trial, site, on=DAY) for _ in range(int(participants))]
    return {"password": builders.PASSWORD, "people": names, "subjects": [str(subject.pk) for subject in subjects]}


def entries() -> list[dict[str, Any]]:
    """Every entry with what must stand beside it: its history with acts, its cell, its results."""
    cells = dict(Cell.objects.values_list("entry_id", "answered"))
    results = dict(LabResult.objects.values_list("entry_id").annotate(Count("id")))
    acts = dict(Act.objects.values_list("id", "outcome"))
    found = []
    for entry in Entry.objects.order_by("pk"):
        history = Entry.history.filter(id=entry.pk).order_by("revision")
        found.append(
            {
                "id": str(entry.pk),
                "subject": str(entry.subject_id),
                "form": entry.form,
                "slot": entry.slot,
                "revision": entry.revision,
                "values": entry.values,
                "history": [
                    {"revision": row.revision, "values": row.values, "act": acts.get(row.act_id)} for row in history
                ],
                "answered": cells.get(entry.pk),
                "results": results.get(entry.pk, 0),
            }
        )
    return found


def due(people: str, participants: str) -> dict[str, Any]:
    """Participants of a trial whose first visits are due today, and coordinators who have to be told."""
    trial = builders.demo_trial()
    site = builders.site(trial, "AA")
    for number in range(int(people)):
        actor = builders.person(Role.COORDINATOR, trial, site, username=f"coordinator_{number}")
        assert actor.user is not None
        _give_address(actor.user, f"coordinator_{number}@site.example")
    for _ in range(int(participants)):
        builders.enrolled_subject(trial, site)
    return {"subjects": Subject.objects.count()}


def _give_address(user: Any, address: str) -> None:
    change_account(by=builders.system(), user=user, name=user.name, email=address, organisation="")


def ask_for_reminders() -> dict[str, Any]:
    """Put the daily task into the queue, as the clock would."""
    remind_daily.delay()
    return {}


def remind_here() -> dict[str, Any]:
    """Do the daily task in this process."""
    remind_daily()
    return {}


def reminders() -> dict[str, Any]:
    """How many reminders there are in each state, and how many the acts say were made."""
    states = dict(Reminder.objects.values_list("state").annotate(Count("pk")))
    acts = Act.objects.filter(operation="visits.lay_reminders", outcome="done")
    return {"states": states, "made": sum(act.detail["reminders"] for act in acts)}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(globals()[name](*arguments)))
