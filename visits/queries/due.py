"""What a site has to do: visits due this week, visits overdue, visits with incomplete forms. Short lists, by key."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import Site, Trial
from trials.queries.scope import need
from trials.queries.sites import sites_for
from visits.models import Entry, Visit
from visits.queries.places import forms_at
from visits.queries.telling import shown
from visits.rules.slots import SCREENING, UNSCHEDULED, visit_slot

WEEK = 7
SHORT = 20
"""Lines of a list on the trial's home."""
WHOLE = 50
"""Lines of a list on a page of its own."""


@dataclass(frozen=True)
class DueVisit:
    """One line: whose visit, which, when, and how late."""

    subject: str
    subject_id: uuid.UUID
    site: str
    visit: str
    visit_id: uuid.UUID
    planned_on: date | None
    latest: date | None
    days_late: int
    key: str

    @property
    def href(self) -> str:
        """The page of the visit."""
        return reverse("visits:visit", args=[self.visit_id])


@dataclass
class DueList:
    """One list. `after` is the key with which the next lines are asked for; empty at the end."""

    rows: list[DueVisit] = field(default_factory=list)
    after: str = ""


@dataclass
class DueLists:
    """The three lists of a site's home, each short."""

    due: DueList
    overdue: DueList
    incomplete: DueList


def due_lists(actor: Actor, trial: Trial) -> DueLists:
    """What is due within a week, overdue and incomplete at the sites whose participants the actor may see.

    Four statements, whatever the number of participants.
    """
    sites, told = sites_for(actor, trial, Permission.SUBJECT_VIEW), shown(actor, trial, visit="", infusion="")
    return DueLists(
        due=_page(_due(sites).filter(told), SHORT, ""),
        overdue=_page(_overdue(sites).filter(told), SHORT, ""),
        incomplete=_page(_incomplete(sites).filter(told), SHORT, ""),
    )


def due_list(actor: Actor, trial: Trial, which: str, after: str = "", limit: int | None = None) -> DueList:
    """One of the lists (`due`, `overdue`, `incomplete`), from a key on; raises `NotVisible` for another."""
    lists = {"due": _due, "overdue": _overdue, "incomplete": _incomplete}
    if which not in lists:
        raise NotVisible
    need(actor, Permission.SUBJECT_VIEW, trial)
    rows = lists[which](sites_for(actor, trial, Permission.SUBJECT_VIEW))
    return _page(rows.filter(shown(actor, trial, visit="", infusion="")), limit or WHOLE, after)


def _zones(sites: list[Site]) -> dict[date, list[Site]]:
    """The sites by the calendar day that it is there."""
    days: dict[date, list[Site]] = {}
    for site in sites:
        days.setdefault(clock.today(site.time_zone), []).append(site)
    return days


def _planned() -> QuerySet[Visit]:
    return Visit.objects.filter(status=Visit.Status.PLANNED)


def _due(sites: list[Site]) -> QuerySet[Visit]:
    """Still to be done, with a window that is open now or opens within a week."""
    condition = Q(pk__in=[])
    for today, here in _zones(sites).items():
        soon = today + timedelta(days=WEEK)
        condition |= Q(subject__site__in=here, earliest__lt=soon, latest__gte=today)
    return _planned().filter(condition)


def _overdue(sites: list[Site]) -> QuerySet[Visit]:
    condition = Q(pk__in=[])
    for today, here in _zones(sites).items():
        condition |= Q(subject__site__in=here, latest__lt=today)
    return _planned().filter(condition)


def _incomplete(sites: list[Site]) -> QuerySet[Visit]:
    """Visits that took place and whose forms are not all complete."""
    condition = Q(pk__in=[])
    for site in sites:
        protocol = site.protocol_version.protocol
        codes = [SCREENING, *(visit.id for visit in protocol.schedule.visits)]
        for code in codes:
            expected = len(forms_at(protocol, visit_slot(code, 1, "X")))
            condition |= Q(subject__site=site, code=code, complete__lt=expected)
        condition |= Q(subject__site=site, code=UNSCHEDULED, begun__gt=0)
    complete = Count("cells", filter=Q(cells__status=Entry.Status.COMPLETE))
    begun = Count("cells", filter=Q(cells__status=Entry.Status.IN_PROGRESS))
    done = Visit.objects.filter(status=Visit.Status.DONE, subject__site__in=sites)
    return done.annotate(complete=complete, begun=begun).filter(condition)


def _page(visits: QuerySet[Visit], limit: int, after: str) -> DueList:
    """The first lines by the planned day (of what nobody planned: the day it took place), from a key on."""
    visits = visits.annotate(day=Coalesce("planned_on", "done_on"))
    if after:
        day, _, pk = after.partition("_")
        try:
            begin, last = date.fromisoformat(day), uuid.UUID(pk)
        except ValueError:
            return DueList()
        visits = visits.filter(Q(day__gt=begin) | Q(day=begin, pk__gt=last))
    rows = list(visits.select_related("subject__site").order_by("day", "pk")[: limit + 1])
    found = [_line(visit) for visit in rows[:limit]]
    return DueList(found, found[-1].key if len(rows) > limit and found else "")


def _line(visit: Visit) -> DueVisit:
    today = clock.today(visit.subject.site.time_zone)
    late = visit.status == Visit.Status.PLANNED and visit.latest is not None and today > visit.latest
    return DueVisit(
        subject=visit.subject.label,
        subject_id=visit.subject_id,
        site=visit.subject.site.code,
        visit=visit.label,
        visit_id=visit.pk,
        planned_on=visit.planned_on,
        latest=visit.latest,
        days_late=(today - visit.latest).days if late and visit.latest else 0,
        key=f"{visit.planned_on or visit.done_on}_{visit.pk}",
    )
