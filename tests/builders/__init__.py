"""Plain functions that build what a test needs, through the operations, so that test data obeys the rules."""

from tests.builders.participants import screened_subject
from tests.builders.trial import DEMO, PASSWORD, demo_trial, person, refreshed, site, system, trial_from

__all__ = [
    "DEMO",
    "PASSWORD",
    "demo_trial",
    "person",
    "refreshed",
    "screened_subject",
    "site",
    "system",
    "trial_from",
]
