"""Participants: one by its key or number, and lists by page."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import ProtocolVersion, Subject, Trial
from trials.queries.scope import need

RELATED = ("trial", "site__protocol_version", "protocol_version")
# A process builds each protocol once, so the long texts of its versions stay in the database.
LONG_TEXTS = tuple(f"{version}__{text}" for version in RELATED[1:] for text in ("canonical", "source"))
PAGE_SIZE = 50
COUNT_CAP = 10_000


@dataclass(frozen=True)
class SubjectFilters:
    """What the list is narrowed to: a site's code, a status, a part of the number."""

    site: str = ""
    status: str = ""
    text: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a list by key: where the pages before and after begin, and how many rows there are (capped)."""

    rows: list[Subject]
    count: int
    capped: bool
    before: str = ""
    after: str = ""

    @property
    def count_in_words(self) -> str:
        """The number of rows as the pager says it."""
        if self.capped:
            return f"{COUNT_CAP:,}+ participants"
        return f"{self.count:,} participant{'s' if self.count != 1 else ''}"


def subject_by_id(actor: Actor, subject_id: uuid.UUID, permission: Permission = Permission.SUBJECT_VIEW) -> Subject:
    """Fetch a participant for somebody: the one way in which anybody does.

    Raises `NotVisible` when there is none, or not at this actor's sites; `NotAllowed` when the role may not do this.
    """
    rows = Subject.objects.select_related("trial", "site__protocol_version").defer(*LONG_TEXTS[:2])
    subject = next(iter(rows.filter(pk=subject_id).order_by()), None)
    if subject is None:
        raise NotVisible
    need(actor, permission, subject)
    if subject.protocol_version_id == subject.site.protocol_version_id:  # as for nearly everybody: not joined twice
        subject.protocol_version = subject.site.protocol_version
    else:
        versions = ProtocolVersion.objects.defer("canonical", "source")
        subject.protocol_version = versions.get(pk=subject.protocol_version_id)
    return subject


def subject_by_number(actor: Actor, trial: Trial, text: str) -> Subject | None:
    """The participant whose number was typed, in whatever case; None when there is none for this actor."""
    visible = actor.filter(Permission.SUBJECT_VIEW)
    return joined(Subject.objects.filter(visible, trial=trial, label__iexact=text.strip())).first()


def subjects_page(
    actor: Actor,
    trial: Trial,
    filters: SubjectFilters | None = None,
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """One page of the trial's participants by number, after one number or before another.

    Raises `NotAllowed` when the actor's role sees no participants anywhere in the trial.
    """
    rows = subjects_in(actor, trial, filters)
    count = rows.order_by()[: COUNT_CAP + 1].count()
    if before:
        found = list(joined(rows.filter(label__lt=before).order_by("-label"))[: size + 1])
        page, more_before, more_after = found[:size][::-1], len(found) > size, True
    else:
        later = rows.filter(label__gt=after) if after else rows
        found = list(joined(later.order_by("label"))[: size + 1])
        page, more_before, more_after = found[:size], bool(after), len(found) > size
    return Page(
        rows=page,
        count=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
        before=page[0].label if page and more_before else "",
        after=page[-1].label if page and more_after else "",
    )


def subjects_in(actor: Actor, trial: Trial, filters: SubjectFilters | None = None) -> QuerySet[Any]:
    """The trial's participants that the actor may see, as a list to be cut into pages.

    Raises `NotAllowed` when the actor's role sees no participants anywhere in the trial.
    """
    need(actor, Permission.SUBJECT_VIEW, trial)
    visible = actor.filter(Permission.SUBJECT_VIEW)
    return Subject.objects.filter(visible, _condition(filters or SubjectFilters()), trial=trial)


def _condition(filters: SubjectFilters) -> Q:
    condition = Q()
    if filters.site:
        condition &= Q(site__code=filters.site)
    if filters.status:
        condition &= Q(status=filters.status)
    if filters.text.strip():
        condition &= Q(label__icontains=filters.text.strip())
    return condition


def joined(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Join what anybody asks of a participant: trial, site, and the protocol versions of both."""
    return rows.select_related(*RELATED).defer(*LONG_TEXTS)
