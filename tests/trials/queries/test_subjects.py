"""Who sees which participants, and lists that stay as cheap however long they get."""

from collections.abc import Callable
from typing import Any

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.errors import NotAllowed, NotVisible
from tests import builders
from trials import queries
from trials.models import Site, Trial

pytestmark = pytest.mark.django_db


def test_another_sites_participant_looks_like_one_that_never_was(demo: Trial, coordinator_b: Actor) -> None:
    subject = builders.screened_subject(demo, "AA")
    for subject_id in (subject.pk, clock.new_id()):
        with pytest.raises(NotVisible):
            queries.subject_by_id(coordinator_b, subject_id)


def test_who_works_in_the_trial_without_seeing_participants_is_told_so(demo: Trial, administrator: Actor) -> None:
    subject = builders.screened_subject(demo, "AA")
    with pytest.raises(NotAllowed):
        queries.subject_by_id(administrator, subject.pk)
    with pytest.raises(NotAllowed):
        queries.subjects_page(administrator, demo)


def test_a_coordinator_lists_their_own_site_and_a_monitor_all(
    demo: Trial, coordinator_a: Actor, monitor: Actor
) -> None:
    for code in ("AA", "BB", "AA"):
        builders.screened_subject(demo, code)

    def labels(actor: Actor) -> list[str]:
        return [row.label for row in queries.subjects_page(actor, demo).rows]

    assert labels(coordinator_a) == ["AA-001", "AA-002"]
    assert labels(monitor) == ["AA-001", "AA-002", "BB-001"]


def test_the_list_is_walked_by_key_in_both_directions(demo: Trial, monitor: Actor) -> None:
    for _ in range(5):
        builders.screened_subject(demo, "AA")
    first = queries.subjects_page(monitor, demo, size=2)
    assert ([r.number for r in first.rows], first.before, first.after) == ([1, 2], "", "AA-002")
    second = queries.subjects_page(monitor, demo, size=2, after=first.after)
    assert ([r.number for r in second.rows], second.before, second.after) == ([3, 4], "AA-003", "AA-004")
    last = queries.subjects_page(monitor, demo, size=2, after=second.after)
    assert ([r.number for r in last.rows], last.before, last.after) == ([5], "AA-005", "")
    back = queries.subjects_page(monitor, demo, size=2, before=last.before)
    assert ([r.number for r in back.rows], back.before, back.after) == ([3, 4], "AA-003", "AA-004")
    assert last.count_in_words == "5 participants"


def test_filters_narrow_the_list(demo: Trial, monitor: Actor) -> None:
    builders.screened_subject(demo, "AA")
    builders.screened_subject(demo, "BB")

    def found(**filters: str) -> list[str]:
        return [row.label for row in queries.subjects_page(monitor, demo, queries.SubjectFilters(**filters)).rows]

    assert found(site="BB") == ["BB-001"]
    assert found(text="a-0") == ["AA-001"]
    assert found(status="on_study") == []


def test_a_number_is_found_in_whatever_case_and_only_in_scope(
    demo: Trial, coordinator_a: Actor, coordinator_b: Actor
) -> None:
    subject = builders.screened_subject(demo, "AA")
    assert queries.subject_by_number(coordinator_a, demo, " aa-001 ") == subject
    assert queries.subject_by_number(coordinator_b, demo, "AA-001") is None


def test_lists_and_counts_ask_the_same_whatever_the_number_of_participants(
    demo: Trial, site_a: Site, monitor: Actor, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for wanted in (1, 4):
        while queries.subjects_page(monitor, demo).count < wanted:
            builders.screened_subject(demo, "AA")
        with django_assert_num_queries(2):
            page = queries.subjects_page(monitor, demo)
            assert {row.protocol.trial.code for row in page.rows} == {"DEMO"}
        with django_assert_num_queries(2):
            counts = queries.enrolment_by_site(monitor, demo)
        assert [(row.site.code, row.screened, row.enrolled) for row in counts] == [("AA", wanted, 0), ("BB", 0, 0)]


def test_the_arm_is_told_in_an_open_trial_to_who_may_see_arms(
    demo: Trial, coordinator_a: Actor, pharmacist: Actor, coordinator_b: Actor
) -> None:
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    assert queries.arm_of(coordinator_a, subject) == "Cells"
    assert queries.arm_of(pharmacist, subject) is None
    assert queries.arm_of(coordinator_b, subject) is None
    assert queries.arms_for(coordinator_a, [subject]) == {subject.pk: "Cells"}
    assert queries.arms_for(coordinator_b, [subject]) == {}


def test_trials_and_sites_are_those_of_ones_memberships(
    demo: Trial, coordinator_a: Actor, monitor: Actor, outsider: Actor
) -> None:
    assert queries.trials_for(outsider) == []
    assert queries.trials_for(coordinator_a) == [demo]
    assert [site.code for site in queries.sites_for(coordinator_a, demo)] == ["AA"]
    assert [site.code for site in queries.sites_for(monitor, demo)] == ["AA", "BB"]
    with pytest.raises(NotVisible):
        queries.trial_by_code(outsider, "DEMO")
    with pytest.raises(NotVisible):
        queries.site_by_code(coordinator_a, demo, "BB")
