"""What the reminders read: planned visits, who is told, what waits to be sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Q

from edc.access.actor import Actor
from edc.access.models import User
from edc.access.roles import Permission
from trials.models import Site, Subject, Trial
from visits.models import Reminder, Visit
from visits.queries.lists import Listed, page_of
from visits.queries.telling import shown


def sites_with_participants() -> Sequence[Site]:
    """Sites at which somebody is being followed."""
    return list(
        Site.objects.filter(subjects__status=Subject.Status.ON_STUDY)
        .select_related("trial", "protocol_version")
        .distinct()
        .order_by("trial__code", "code")
    )


def planned_visits(site: Site) -> Iterable[Visit]:
    """Visits still to come at a site, of participants who are being followed."""
    return cast(
        Iterable[Visit],
        Visit.objects.filter(
            subject__site=site,
            subject__status=Subject.Status.ON_STUDY,
            status=Visit.Status.PLANNED,
            planned_on__isnull=False,
        )
        .order_by("pk")
        .iterator(chunk_size=2000),
    )


def staff_of(site: Site, roles: Iterable[str], at: datetime) -> dict[str, list[User]]:
    """Who holds which of these roles at a site at a moment, and has an address to write to."""
    found: dict[str, list[User]] = {}
    people = (
        User.objects.filter(
            Q(memberships__site=site) | Q(memberships__site__isnull=True),
            Q(memberships__ends_at__isnull=True) | Q(memberships__ends_at__gt=at),
            memberships__trial=site.trial_id,
            memberships__role__in=list(roles),
            memberships__starts_at__lte=at,
            is_active=True,
        )
        .exclude(email="")
        .order_by("pk")
        .values_list("memberships__role", "pk")
        .distinct()
    )
    pairs = list(people)
    users = {user.pk: user for user in User.objects.filter(pk__in={pk for _, pk in pairs})}
    for role, pk in pairs:
        found.setdefault(role, []).append(users[pk])
    return found


def told_already(site: Site) -> set[tuple[UUID, UUID, str, object]]:
    """The keys of all reminders of a site that exist."""
    return set(
        Reminder.objects.filter(visit__subject__site=site, visit__status=Visit.Status.PLANNED).values_list(
            "visit_id", "user_id", "rule", "due_on"
        )
    )


def people_waiting() -> list[UUID]:
    """The accounts for which a message waits."""
    waiting = Reminder.objects.filter(state=Reminder.State.PENDING).order_by("user_id")
    return list(waiting.values_list("user_id", flat=True).distinct())


def reminders_page(actor: Actor, trial: Trial, *, older_than: str = "", newer_than: str = "") -> Listed:
    """The reminders of a trial at the actor's sites, newest first, but for those of visits that tell an arm."""
    visible = actor.filter(Permission.SUBJECT_VIEW, trial="visit__subject__trial_id", site="visit__subject__site_id")
    told = shown(actor, trial, infusion="", subject="visit__")
    rows = Reminder.objects.filter(visible, told, visit__subject__trial=trial)
    return page_of(rows.select_related("visit__subject__site", "user"), older_than, newer_than, "reminder", "reminders")
