"""How many were screened and enrolled where, against the plan. Two queries, whatever the size of the trial."""

from dataclasses import dataclass, field

from django.db.models import Count

from edc.access.actor import Actor
from edc.access.roles import Permission
from trials.models import Site, Subject, Trial
from trials.queries.sites import sites_for


@dataclass
class SiteEnrolment:
    """One site: how many participants are in each state, and how many ever had an arm."""

    site: Site
    by_status: dict[str, int] = field(default_factory=dict)
    enrolled: int = 0

    @property
    def screened(self) -> int:
        """All who ever were screened."""
        return sum(self.by_status.values())


def enrolment_by_site(actor: Actor, trial: Trial) -> list[SiteEnrolment]:
    """The counts of every site whose participants the actor may see, by site code."""
    rows = {site.pk: SiteEnrolment(site) for site in sites_for(actor, trial, Permission.SUBJECT_VIEW)}
    counts = (
        Subject.objects.filter(trial=trial, site_id__in=list(rows))
        .order_by()
        .values("site_id", "status")
        .annotate(participants=Count("id"), enrolled=Count("enrolled_on"))
    )
    for count in counts:
        row = rows[count["site_id"]]
        row.by_status[count["status"]] = count["participants"]
        row.enrolled += count["enrolled"]
    return list(rows.values())


def enrolled_count(trial: Trial) -> int:
    """How many participants of the whole trial have an arm. Enrolment is one number for all sites, and shown to all."""
    return Subject.objects.filter(trial=trial, enrolled_on__isnull=False).count()
