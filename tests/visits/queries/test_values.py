"""What rules read of other forms and of the participant, and what it rests on."""

from datetime import date
from decimal import Decimal

import pytest

from edc import clock
from edc.access.actor import Actor
from tests import builders
from trials.models import Subject, Trial
from trials.rules.expression import UNKNOWN
from visits.models import Entry
from visits.operations.entry import save_entry
from visits.operations.visits import record_visit
from visits.queries.values import evidence_for, values_for_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=date(2026, 1, 5))


def test_facts_about_the_participant(subject: Subject) -> None:
    names = ["subject.age", "subject.sex", "subject.consent_date", "subject.site", "DM.PREGYN", "VS.WEIGHT"]
    assert values_for_rules(subject, names) == {
        "subject.age": Decimal(40),
        "subject.sex": "F",
        "subject.consent_date": date(2026, 1, 5),
        "subject.site": "AA",
        "DM.PREGYN": False,
        "VS.WEIGHT": UNKNOWN,
    }


def test_the_latest_visit_counts_not_the_latest_typing(subject: Subject, coordinator_a: Actor) -> None:
    for code, day in (("M0", date(2026, 1, 5)), ("M1", date(2026, 2, 5))):
        record_visit(by=coordinator_a, visit=subject.visits.get(code=code), done_on=day)
    later = {"LBDAT": "2026-02-05", "ALB": {"text": "3.31", "unit": "g/dL"}}
    earlier = {"LBDAT": "2026-01-05", "ALB": {"text": "40", "unit": "g/L"}}
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:M1/1/LAB/1", data=later)
    save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/LAB/1", data=earlier)
    assert values_for_rules(subject, ["LAB.ALB"]) == {"LAB.ALB": Decimal("33.10")}
    assert evidence_for(subject, ["LAB.ALB"])["LAB.ALB"] == {
        "text": "3.31",
        "unit": "g/dL",
        "entry": str(entry.pk),
        "revision": 1,
    }


def test_the_evidence_of_the_age_is_the_form_with_the_birth_date(subject: Subject) -> None:
    form = Entry.objects.get(subject=subject, form="DM")
    found = evidence_for(subject, ["subject.age", "VS.WEIGHT"])
    assert (found["subject.age"]["text"], found["subject.age"]["entry"]) == ("40", str(form.pk))
    assert found["VS.WEIGHT"] == {"text": "", "unit": "", "entry": None, "revision": None}


def test_no_name_asks_the_database_nothing(subject: Subject, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert values_for_rules(subject, []) == {}
