"""The rows of the eligibility page: the same number of statements, whatever there is to show."""

from collections.abc import Callable
from typing import Any

import pytest

from edc.access.actor import Actor
from tests import builders
from trials.models import Trial
from trials.queries import subject_by_id
from visits.operations.entry import save_entry
from visits.queries.eligibility import eligibility_rows

pytestmark = pytest.mark.django_db

SLOT = "visit:SCR/1/DM/1"


def test_rows_say_what_holds_now_and_what_has_changed_since_it_was_recorded(
    demo: Trial, coordinator_a: Actor, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    subject = builders.eligible_subject(demo)
    save_entry(
        by=coordinator_a, subject=subject, slot=SLOT, data={"PREGYN": "Y"}, base_revision=1, reason="Test repeated"
    )
    subject = subject_by_id(coordinator_a, subject.pk)
    with django_assert_max_num_queries(6):
        rows = {row.criterion.id: row for row in eligibility_rows(coordinator_a, subject)}
    assert [(row.verdict, row.stale) for row in rows.values()] == [("met", False), ("met", False), ("not_met", True)]
    assert [(value.label, value.text) for value in rows["E01"].values] == [("Pregnant (Demographics)", "Yes")]
    assert rows["E01"].values[0].href.startswith("/entries/")


def test_a_missing_code_is_shown_in_words_and_leaves_the_rule_undecided(demo: Trial, coordinator_a: Actor) -> None:
    subject = builders.screened_subject(demo)
    data = dict(builders.ELIGIBLE["DM"]) | {"PREGYN": {"missing": "ND"}}
    save_entry(by=coordinator_a, subject=subject, slot=SLOT, data=data)
    row = next(
        row
        for row in eligibility_rows(coordinator_a, subject_by_id(coordinator_a, subject.pk))
        if row.values and row.criterion.id == "E01"
    )
    assert (row.verdict, row.values[0].text) == ("unknown", "Not done")


def test_after_screening_the_rows_stand_as_they_were_recorded(demo: Trial, coordinator_a: Actor) -> None:
    subject = builders.enrolled_subject(demo)
    save_entry(
        by=coordinator_a, subject=subject, slot=SLOT, data={"PREGYN": "Y"}, base_revision=1, reason="Test repeated"
    )
    rows = eligibility_rows(coordinator_a, subject_by_id(coordinator_a, subject.pk))
    assert {row.verdict for row in rows} == {"met"}
    assert next(row for row in rows if row.criterion.id == "E01").values[0].text == "No"
