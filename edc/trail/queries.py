"""What the pages of the trail read: acts in the scope of an actor, a page at a time, and reviews."""

import itertools
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from edc.access.actor import Actor
from edc.access.models import Membership, User
from edc.access.roles import Permission
from edc.audit.logins import LOG_IN, LOG_OUT
from edc.audit.models import Act
from edc.errors import NotVisible
from edc.trail.filters import TrailFilter, covers
from edc.trail.models import TrailReview
from trials.models import Site, Subject, Trial
from trials.queries.scope import need
from trials.queries.sites import sites_for
from trials.queries.subjects import subject_by_id
from trials.queries.trials import trial_by_code
from visits.models import Deviation, Entry, Query
from visits.queries.classes import may_know
from visits.queries.found import entry_for

PAGE_SIZE = 50
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page:
    """One page of acts, newest first, with the keys of its neighbours and the capped count."""

    acts: list[Act]
    count: int
    newer: str = ""
    older: str = ""

    @property
    def count_in_words(self) -> str:
        """The number of acts as the pager says it."""
        if self.count > COUNT_CAP:
            return f"{COUNT_CAP:,}+ acts"
        return f"{self.count:,} act{'' if self.count == 1 else 's'}"


def trial_for_trail(actor: Actor, code: str) -> Trial:
    """The trial whose trail somebody may read; raises `NotVisible` or `NotAllowed`."""
    trial = trial_by_code(actor, code)
    need(actor, Permission.TRAIL_VIEW, trial)
    return trial


def subject_for_trail(actor: Actor, pk: uuid.UUID) -> Subject:
    """The participant whose trail somebody may read; raises `NotVisible` or `NotAllowed`."""
    return subject_by_id(actor, pk, Permission.TRAIL_VIEW)


def entry_for_trail(actor: Actor, pk: uuid.UUID) -> Entry:
    """The entry whose trail somebody may read; raises `NotVisible` or `NotAllowed`."""
    entry = entry_for(actor, pk)
    need(actor, Permission.TRAIL_VIEW, entry)
    return entry


def person_for_trail(actor: Actor, pk: uuid.UUID) -> User:
    """The person whose acts somebody may read: who works, or worked, where the reader reads the trail."""
    here = Membership.objects.filter(actor.filter(Permission.TRAIL_VIEW), user=OuterRef("pk"))
    person: User | None = User.objects.filter(Exists(here), pk=pk).first()
    if person is None:
        raise NotVisible
    return person


def acts_of_trial(actor: Actor, trial: Trial) -> QuerySet[Act]:
    """The acts of a trial at the sites whose trail this person reads."""
    return Act.objects.filter(actor.filter(Permission.TRAIL_VIEW), trial_id=trial.pk)


def acts_of_subject(actor: Actor, subject: Subject) -> QuerySet[Act]:
    """The acts about one participant."""
    return acts_of_trial(actor, subject.trial).filter(subject_id=subject.pk)


def acts_of_entry(actor: Actor, entry: Entry) -> QuerySet[Act]:
    """The acts about one form: its saves, refused ones too, its queries and deviations."""
    about = Q(record_id=entry.pk)
    about |= Q(Exists(Entry.history.filter(act_id=OuterRef("pk"), id=entry.pk)))
    for model in (Query, Deviation):
        about |= Q(Exists(model.history.filter(act_id=OuterRef("pk"), entry_id=entry.pk)))
    return acts_of_subject(actor, entry.subject).filter(about)


def acts_of_person(actor: Actor, person: User) -> QuerySet[Act]:
    """What somebody did where the reader reads the trail, and when they logged in and out."""
    logins = Q(operation__in=[LOG_IN, LOG_OUT], trial_id__isnull=True)
    return Act.objects.filter(actor.filter(Permission.TRAIL_VIEW) | logins, actor_key=str(person.pk))


def page_of(acts: QuerySet[Act], *, before: uuid.UUID | None = None, after: uuid.UUID | None = None) -> Page:
    """One page, newest first: the acts older than `before`, or those newer than `after`. Keys are ordered by time."""
    count = acts.order_by()[: COUNT_CAP + 1].count()
    if after is not None:
        found = list(acts.filter(id__gt=after).order_by("id")[: PAGE_SIZE + 1])
        more_newer, more_older = len(found) > PAGE_SIZE, True
        found = found[:PAGE_SIZE][::-1]
    else:
        narrowed = acts.filter(id__lt=before) if before else acts
        found = list(narrowed.order_by("-id")[: PAGE_SIZE + 1])
        more_newer, more_older = before is not None, len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
    return Page(
        acts=found,
        count=count,
        newer=str(found[0].pk) if found and more_newer else "",
        older=str(found[-1].pk) if found and more_older else "",
    )


def readable_sites(actor: Actor, trial: Trial) -> list[Site]:
    """The sites whose trail somebody reads, by code."""
    return sites_for(actor, trial, Permission.TRAIL_VIEW)


def reads_whole_trial(actor: Actor, trial: Trial) -> bool:
    """Whether somebody reads the trail of the trial as a whole, and not of single sites."""
    return Permission.TRAIL_VIEW in actor.system or any(
        grant.site_id is None and grant.covers(Permission.TRAIL_VIEW, trial.scope()) for grant in actor.grants
    )


def reach(actor: Actor, trial: Trial, filters: TrailFilter) -> dict[str, str]:
    """The filter as a review or a download remembers it: with the sites, where the reader does not read all."""
    parts = filters.as_dict()
    if not reads_whole_trial(actor, trial):
        parts["sites"] = " ".join(site.code for site in readable_sites(actor, trial))
    return parts


def review_covering(trial: Trial, filters: dict[str, str]) -> TrailReview | None:
    """The review that reaches furthest among those that read all that this filter shows."""
    reviews = TrailReview.objects.filter(trial=trial).order_by("-up_to_act")
    return next((review for review in reviews if covers(review.filter, filters)), None)


def reviews_of(actor: Actor, trial: Trial, limit: int = 10) -> list[TrailReview]:
    """The latest reviews whose words this person may read, the newest first."""
    reviews = TrailReview.objects.filter(trial=trial).order_by("-id")
    if reads_whole_trial(actor, trial):
        return list(reviews[:limit])
    mine = _codes(actor, trial)
    return list(itertools.islice((review for review in reviews if _reaches_only(review, mine)), limit))


def may_read(actor: Actor, trial: Trial, review: TrailReview) -> bool:
    """Whether a review reached no further than this person reads: its remark may speak of everything it covers."""
    return reads_whole_trial(actor, trial) or _reaches_only(review, _codes(actor, trial))


def _reaches_only(review: TrailReview, codes: frozenset[str]) -> bool:
    covered = frozenset(str(review.filter.get("site") or review.filter.get("sites") or "").split())
    return bool(covered) and covered <= codes


def _codes(actor: Actor, trial: Trial) -> frozenset[str]:
    return frozenset(site.code for site in readable_sites(actor, trial))


def changes_of_item(entry: Entry, path: str) -> list[Any]:
    """The revisions of an entry in which one item changed, oldest first."""
    rows = Entry.history.filter(id=entry.pk).select_related("act").order_by("revision")
    return [row for row in rows if f"values.{path}" in row.changes]


def queries_of_item(actor: Actor, entry: Entry, path: str) -> list[Query]:
    """The queries about one item that somebody may know of, oldest first."""
    found = Query.objects.filter(entry=entry, path=path).order_by("id")
    return [query for query in found if may_know(actor, entry.scope(), query.blinding)]
