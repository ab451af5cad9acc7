"""What anybody reads of trials, sites and participants: always for an actor, and only in their scope."""

from trials.queries.arms import allocation_of, arm_of, arms_for
from trials.queries.consent import ConsentState, consent_state
from trials.queries.enrolment import SiteEnrolment, enrolled_count, enrolment_by_site
from trials.queries.protocols import eligibility_rules, version_in_force, versions_of
from trials.queries.scope import need
from trials.queries.sites import site_by_code, sites_for
from trials.queries.subjects import (
    Page,
    SubjectFilters,
    joined,
    subject_by_id,
    subject_by_number,
    subjects_in,
    subjects_page,
)
from trials.queries.trials import trial_by_code, trials_for

__all__ = [
    "ConsentState",
    "Page",
    "SiteEnrolment",
    "SubjectFilters",
    "allocation_of",
    "arm_of",
    "arms_for",
    "consent_state",
    "eligibility_rules",
    "enrolled_count",
    "enrolment_by_site",
    "joined",
    "need",
    "site_by_code",
    "sites_for",
    "subject_by_id",
    "subject_by_number",
    "subjects_in",
    "subjects_page",
    "trial_by_code",
    "trials_for",
    "version_in_force",
    "versions_of",
]
