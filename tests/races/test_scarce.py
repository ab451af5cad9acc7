"""Scarce things: numbers of a site, places of the trial, one arm for each participant."""

from collections.abc import Callable
from functools import partial

import pytest

from edc import clock
from edc.audit.models import Act
from edc.errors import Conflict, Refused
from tests import builders
from tests.races.conftest import DAY, crowd, stopped, succeeded, together
from trials.models import Allocation, Site, Subject, Trial
from visits.models import Visit
from visits.operations.arm import assign_arm
from visits.operations.participants import screen_subject

pytestmark = pytest.mark.django_db(transaction=True)


def screening(site: Site) -> Callable[[], Subject]:
    return partial(
        screen_subject,
        by=builders.system(),
        key=clock.new_id(),
        site=site,
        consent_version="2.0",
        consented_on=DAY,
        screened_on=DAY,
    )


def arm_for(subject: Subject) -> Callable[[], Subject]:
    return partial(
        assign_arm,
        by=builders.system(),
        subject=subject,
        key=clock.new_id(),
        arm="CTL",
        note="As agreed",
        assigned_on=DAY,
    )


def test_screenings_at_once_get_consecutive_numbers_of_their_site(roomy: Callable[[int], Trial]) -> None:
    many = crowd(40, 12)
    site = builders.site(roomy(many), "AA")
    outcomes = together(*(screening(site) for _ in range(many)))
    assert not stopped(outcomes)
    numbers = Subject.objects.filter(site=site).order_by("number").values_list("number", "label")
    assert list(numbers) == [(number, f"AA-{number:03}") for number in range(1, many + 1)]
    assert sorted(subject.number for subject in succeeded(outcomes)) == list(range(1, many + 1))


def test_two_sites_number_side_by_side(demo: Trial, site_a: Site, site_b: Site) -> None:
    many = crowd(10, 5)
    outcomes = together(*(screening(site) for site in (site_a, site_b) for _ in range(many)))
    assert not stopped(outcomes)
    for site in (site_a, site_b):
        assert sorted(Subject.objects.filter(site=site).values_list("number", flat=True)) == list(range(1, many + 1))


def test_a_screening_sent_twice_is_one_participant(demo: Trial, site_a: Site) -> None:
    outcomes = together(*[screening(site_a)] * crowd(6, 4))
    assert not stopped(outcomes)
    (subject,) = Subject.objects.all()
    assert {one.pk for one in succeeded(outcomes)} == {subject.pk}
    assert Act.objects.filter(operation="visits.screen_subject").count() == 1
    assert Visit.objects.filter(subject=subject).count() == 1


def test_an_arm_sent_twice_is_assigned_once(demo: Trial) -> None:
    subject = builders.eligible_subject(demo, on=DAY)
    outcomes = together(*[arm_for(subject)] * 4)
    assert not stopped(outcomes)
    assert Allocation.objects.filter(subject=subject).count() == 1
    assert Act.objects.filter(operation="visits.assign_arm").count() == 1


def test_two_who_assign_an_arm_to_one_participant_do_it_once(demo: Trial) -> None:
    subject = builders.eligible_subject(demo, on=DAY)
    outcomes = together(*(arm_for(subject) for _ in range(4)))
    assert len(succeeded(outcomes)) == 1
    assert len(stopped(outcomes, Conflict)) == 3
    assert Allocation.objects.filter(subject=subject).count() == 1


def test_arms_assigned_at_once_fill_exactly_the_places_there_are(roomy: Callable[[int], Trial]) -> None:
    many, places = crowd(40, 10), crowd(25, 6)
    trial = roomy(places)
    subjects = [builders.eligible_subject(trial, on=DAY) for _ in range(many)]
    outcomes = together(*(arm_for(subject) for subject in subjects))
    assert len(succeeded(outcomes)) == places
    assert len(stopped(outcomes, Refused)) == many - places
    assert Subject.objects.filter(trial=trial, status=Subject.Status.ON_STUDY).count() == places
    assert Allocation.objects.count() == places
    late = together(screening(builders.site(trial, "AA")))
    assert len(stopped(late, Refused)) == 1
