"""A demonstration that proves itself: data, a reminder that the worker sent, a verified trail, an extract."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count

from edc import celery, clock
from edc.access.models import User
from edc.access.roles import ROLES, Role
from edc.rehearsal.people import PASSWORD
from edc.rehearsal.run import Rehearsal, rehearse
from edc.serving.processes import Processes
from trials.models import Subject, Trial
from trials.protocol import LoadedProtocol
from visits.models import Reminder

SUBJECTS = 30
SEED = 5
REMIND = "visits.tasks.remind_daily"
WAITING = (Reminder.State.PENDING, Reminder.State.CLAIMED)
SHOWN = (Role.COORDINATOR, Role.INFUSION_NURSE, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.ADMINISTRATOR)


@dataclass
class Demonstration:
    """One trial shown on one machine."""

    loaded: LoadedProtocol
    source: str
    say: Callable[[str], None]
    subjects: int = SUBJECTS

    @property
    def code(self) -> str:
        """The code of the trial."""
        return self.loaded.protocol.trial.code

    def fill(self) -> Rehearsal | None:
        """Rehearse the trial up to today, on an empty database only."""
        if User.objects.exists() or Trial.objects.exists():
            count = Subject.objects.filter(trial__code=self.code).count()
            self.say(f"The database holds data already, with {count} participants of {self.code}: nothing is added.")
            return None
        self.say(f"Rehearsing {self.code} with {self.subjects} synthetic participants …")
        made = rehearse(self.loaded, self.source, subjects=self.subjects, seed=SEED, until=clock.today("UTC"))
        for line in made.report.lines:
            self.say(f"  {line}")
        return made

    def remind(self, processes: Processes) -> None:
        """Publish the daily reminder and wait until the worker has run it and nothing waits to be sent."""
        before = tasks_run()
        celery.app.send_task(REMIND)
        processes.wait_until("The worker runs the reminders", lambda: tasks_run() > before and not is_running())
        processes.wait_until("The reminders are sent", lambda: not Reminder.objects.filter(state__in=WAITING).exists())
        sent = Reminder.objects.filter(state=Reminder.State.SENT).count()
        folder = getattr(settings, "EMAIL_FILE_PATH", None)
        outbox = Path(folder) if folder else None
        if outbox is not None and sent:
            processes.wait_until("A message lies in the outbox", lambda: outbox.is_dir() and any(outbox.iterdir()))
        self.say(f"The worker has sent {sent} reminders so far" + (f", see {outbox}." if outbox else "."))

    def prove(self) -> None:
        """Verify the trail, and take one extract."""
        call_command("verify_audit", stdout=_Lines(self.say))
        folder = settings.VARIABLE_FILES / "demo"
        folder.mkdir(exist_ok=True)
        call_command("extract", self.code, to=folder, stdout=_Lines(self.say))

    def introduce(self, url: str) -> None:
        """Say where to go, as whom, and what to try."""
        busiest = Subject.objects.filter(trial__code=self.code).values("site__code").annotate(count=Count("pk"))
        row = busiest.order_by("-count", "site__code").first()
        site = row["site__code"] if row else self.loaded.protocol.sites[0].code
        names = User.objects.filter(is_active=True).values_list("username", flat=True)
        self.say(f"\n{url}   {self.loaded.protocol.trial.title.text()}\n")
        self.say(f"Log in with one of these names; the password is always: {PASSWORD}")
        for role in SHOWN:
            word = ROLES[role].label.replace(" ", ".")
            mine = sorted(name for name in names if name == word or name.startswith(f"{word}."))
            if mine:
                preferred = f"{word}.{site.lower()}"
                name = preferred if preferred in mine else mine[0]
                self.say(f"  {name:<22} {ROLES[role].sentence}")
        self.say(
            "\nTo try: as the coordinator screen a participant and fill in a form; as the investigator judge\n"
            "eligibility and assign the arm; as the monitor read who changed what, when and why; as the data\n"
            "manager download datasets.\n"
            "Ctrl-C ends it. What you entered stays; remove the var directory to begin anew."
        )


def tasks_run() -> int:
    """How many times the worker that answers first has run the reminder task."""
    found = celery.app.control.inspect(timeout=2.0, limit=1).stats() or {}
    return sum(int(one.get("total", {}).get(REMIND, 0)) for one in found.values())


def is_running() -> bool:
    """Whether a worker is at the reminder task right now."""
    found = celery.app.control.inspect(timeout=2.0, limit=1).active() or {}
    return any(one["name"] == REMIND for tasks in found.values() for one in tasks)


class _Lines:
    """Takes what another command prints, line by line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def write(self, text: str) -> None:
        if text.strip():
            self.say(text.rstrip("\n"))

    def flush(self) -> None:
        """Nothing waits."""
