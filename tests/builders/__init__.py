"""Plain functions that build what a test needs, through the operations, so that test data obeys the rules."""

from tests.builders.participants import ELIGIBLE, eligible_subject, enrolled_subject, screened_subject
from tests.builders.trial import DEMO, PASSWORD, demo_trial, join, person, refreshed, site, system, trial_from

__all__ = [
    "DEMO",
    "ELIGIBLE",
    "PASSWORD",
    "demo_trial",
    "eligible_subject",
    "enrolled_subject",
    "join",
    "person",
    "refreshed",
    "screened_subject",
    "site",
    "system",
    "trial_from",
]
