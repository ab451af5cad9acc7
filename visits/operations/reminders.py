"""Reminders of due and overdue visits: each is told to each person once, whatever happens to the broker.

The row and its unique key are the truth. Rows are laid, claimed and marked in separate steps: a crash between the
mail server's yes and our note leaves the row claimed, for a person to look at, and it is never sent again silently.
"""

import smtplib
from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from edc import clock
from edc.access.actor import Actor, system_actor
from edc.access.door import operation
from edc.access.models import User
from edc.access.roles import Permission
from edc.audit import recording
from trials.models import Site
from visits.models import Reminder
from visits.queries import reminders as queries
from visits.rules.reminding import PlannedDays, due_on, worth_saying

BATCH = 1000


def reminding_system() -> Actor:
    """The part of the system that reminds, and may do nothing else."""
    return system_actor("reminders", permissions=[Permission.REMIND])


@operation(Permission.REMIND, "Reminders of visits made", on="site", still_visible=False)
def lay_reminders(*, by: Actor, reason: str, site: Site, today: date) -> int:
    """Make the reminders that are due at a site today and return how many are new.

    Running it again, at the same time or later, makes none twice. The act says how many, and is only there when
    there were any.
    """
    protocol = site.protocol_version.protocol
    staff = queries.staff_of(site, {role for rule in protocol.reminders for role in rule.to}, clock.now())
    told = queries.told_already(site)
    made: list[Reminder] = []
    for visit in queries.planned_visits(site):
        if visit.planned_on is None or visit.earliest is None or visit.latest is None:
            continue
        days = PlannedDays(visit.planned_on, visit.earliest, visit.latest)
        for rule in protocol.reminders:
            due = due_on(rule.when, rule.days, days)
            if due > today or not worth_saying(rule.when, today, days):
                continue
            people = {user.pk: user for role in rule.to for user in staff.get(role, ())}
            made.extend(
                Reminder(visit=visit, user=user, rule=rule.id, due_on=due, made_at=clock.now())
                for user in people.values()
                if (visit.pk, user.pk, rule.id, due) not in told
            )
    Reminder.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)
    act = recording.required(Reminder)
    act.always = bool(made)
    act.note(reminders=len(made))
    return len(made)


@operation(Permission.REMIND, "Reminders sent by e-mail", on=None, always=True)
def note_sending(*, by: Actor, reason: str, sent: int, failed: int) -> None:
    """Put on record how many messages went out, and how many did not."""
    recording.required(Reminder).note(sent=sent, failed=failed)


def send_waiting() -> tuple[int, int]:
    """Send each person one message with all that waits for them; return how many were sent and how many failed.

    A bad address stops nobody else. Rows are claimed by a conditional update, so that two workers never send the
    same row.
    """
    sent = failed = 0
    for user_id in queries.people_waiting():
        claim = clock.new_id()
        Reminder.objects.filter(user_id=user_id, state=Reminder.State.PENDING).update(
            state=Reminder.State.CLAIMED, claim=claim, claimed_at=clock.now()
        )
        mine = Reminder.objects.filter(claim=claim)
        rows = list(
            mine.select_related("visit__subject__site__trial", "visit__subject__site__protocol_version").order_by(
                "visit__subject__label", "visit__position", "rule"
            )
        )
        if not rows:
            continue
        try:
            _message(User.objects.get(pk=user_id), rows).send()
        except (smtplib.SMTPException, OSError) as error:
            failed += 1
            mine.update(state=Reminder.State.FAILED, error=f"{type(error).__name__}: {error}"[:300])
        else:
            sent += 1
            mine.update(state=Reminder.State.SENT, sent_at=clock.now())
    if sent or failed:
        note_sending(by=reminding_system(), sent=sent, failed=failed)
    return sent, failed


def _message(user: User, rows: list[Reminder]) -> EmailMessage:
    lines = []
    for row in rows:
        subject = row.visit.subject
        rules = {rule.id: rule.when for rule in subject.site.protocol_version.protocol.reminders}
        lines.append(
            {
                "row": row,
                "when": rules.get(row.rule, ""),
                "subject": subject,
                "url": f"{settings.EDC_PUBLIC_URL.rstrip('/')}{reverse('visits:subject', args=[subject.pk])}",
            }
        )
    return EmailMessage(
        subject="Visits to look at",
        body=render_to_string("visits/mail/reminder.txt", {"user": user, "lines": lines}),
        to=[user.email],
    )
