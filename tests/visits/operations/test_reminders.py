"""A due visit is told to each coordinator of the site once, whatever the worker or the broker does."""

import datetime

import pytest
from django.core import mail

from edc import clock
from edc.access.actor import Actor
from edc.access.models import Membership, User
from edc.access.operations import change_account, end_membership
from edc.access.roles import Role
from edc.audit.models import Act
from tests import builders
from trials.models import Site, Subject, Trial
from visits.models import Reminder, Visit
from visits.operations import reminders
from visits.tasks import remind_daily

pytestmark = pytest.mark.django_db

START = datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)


@pytest.fixture
def enrolled(frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor, coordinator_b: Actor) -> Subject:
    """A participant on study since 2 March 2026 at site A, and a coordinator with an address at each site."""
    for actor in (coordinator_a, coordinator_b):
        set_address(actor, f"{actor.username}@example.org")
    with clock.fixed(at=START):
        return builders.enrolled_subject(demo, "AA")


def set_address(actor: Actor, address: str) -> None:
    """Give a person of the tests an e-mail address, through the door."""
    user = User.objects.get(pk=actor.key)
    change_account(by=builders.system(), user=user, name=user.name, email=address, organisation=user.organisation)


def run_on(day: datetime.date) -> None:
    with clock.fixed(at=datetime.datetime.combine(day, datetime.time(12), datetime.UTC)):
        remind_daily()


def month_1(subject: Subject) -> Visit:
    return Visit.objects.get(subject=subject, code="M1")


def test_a_due_visit_is_told_once_however_often_the_task_runs(enrolled: Subject) -> None:
    due = month_1(enrolled).planned_on - datetime.timedelta(days=3)
    run_on(due - datetime.timedelta(days=1))
    assert not [message for message in mail.outbox if month_1(enrolled).label in message.body]
    for _ in range(3):
        run_on(due)
    told = [message for message in mail.outbox if month_1(enrolled).label in message.body]
    assert [message.to for message in told] == [["coordinator_a@example.org"]]
    assert enrolled.label in told[0].body
    assert enrolled.label not in told[0].subject
    row = Reminder.objects.get(visit=month_1(enrolled))
    assert (row.state, row.due_on, row.rule) == ("sent", due, "due_soon")
    assert Act.objects.filter(operation="visits.lay_reminders", detail__reminders__gte=1).exists()


def test_after_days_without_a_worker_nothing_stale_is_sent(enrolled: Subject) -> None:
    visit = month_1(enrolled)
    run_on(visit.latest + datetime.timedelta(days=2))
    assert list(Reminder.objects.filter(visit=visit).values_list("rule", flat=True)) == ["overdue"]


def test_a_row_left_claimed_by_a_dead_worker_is_never_sent_again_silently(
    enrolled: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = month_1(enrolled).planned_on - datetime.timedelta(days=3)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(reminders.EmailMessage, "send", die)
        with pytest.raises(Killed):
            run_on(due)
    run_on(due)
    assert Reminder.objects.get(visit=month_1(enrolled)).state == "claimed"
    assert not [message for message in mail.outbox if month_1(enrolled).label in message.body]


def test_a_bad_address_stops_nobody_else(
    enrolled: Subject, demo: Trial, site_a: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = builders.person(Role.COORDINATOR, demo, site_a, username="another", name="Another")
    set_address(another, "another@example.org")
    due = month_1(enrolled).planned_on - datetime.timedelta(days=3)
    send = reminders.EmailMessage.send

    def refuse_one(message: object) -> int:
        if message.to == ["coordinator_a@example.org"]:
            raise reminders.smtplib.SMTPRecipientsRefused({"coordinator_a@example.org": (550, b"no such user")})
        return send(message)

    monkeypatch.setattr(reminders.EmailMessage, "send", refuse_one)
    run_on(due)
    states = dict(Reminder.objects.filter(visit=month_1(enrolled)).values_list("user__username", "state"))
    assert states == {"coordinator_a": "failed", "another": "sent"}


def test_who_left_the_site_is_told_nothing(enrolled: Subject, coordinator_a: Actor, administrator: Actor) -> None:
    membership = Membership.objects.select_related("trial", "site").get(user=coordinator_a.user)
    with clock.fixed(at=START + datetime.timedelta(days=1)):
        end_membership(by=administrator, membership=membership, reason="left the hospital")
    run_on(month_1(enrolled).planned_on)
    assert not Reminder.objects.exists()
    assert not mail.outbox
