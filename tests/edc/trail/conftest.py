"""A trial with something to read in its trail."""

import pytest

from edc.access.actor import Actor
from tests import builders
from trials.models import Subject, Trial
from visits.models import Entry
from visits.operations.entry import save_entry

VITALS = "visit:SCR/1/VS/1"


@pytest.fixture
def subject_a(demo: Trial, coordinator_a: Actor) -> Subject:
    """A participant of site A on study, whose sex was corrected."""
    subject = builders.enrolled_subject(demo, "AA", by=None)
    entry = Entry.objects.get(subject=subject, form="DM")
    data = {**builders.ELIGIBLE["DM"], "SEX": "M", "PREGYN": ""}
    save_entry(
        by=coordinator_a,
        reason="typing slip",
        subject=subject,
        slot=entry.slot,
        data=data,
        base_revision=entry.revision,
    )
    return subject


@pytest.fixture
def entry_a(subject_a: Subject) -> Entry:
    return Entry.objects.get(subject=subject_a, form="DM")


@pytest.fixture
def subject_b(demo: Trial, coordinator_b: Actor) -> Subject:
    """A participant of site B in screening."""
    return builders.eligible_subject(demo, "BB", by=None)
