"""Screening: a number that shows the site, consent that was in use, and room in the trial."""

import datetime
from typing import Any

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import Conflict, NotAllowed, NotVisible, Refused
from tests import builders
from trials.models import Consent, Site, Subject, Trial
from visits.models import Visit
from visits.operations.participants import screen_subject

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def screen(by: Actor, site: Site, **given: Any) -> Subject:
    today = clock.today(site.time_zone)
    asked = {"key": clock.new_id(), "consent_version": "2.0", "consented_on": today, "screened_on": today}
    subject: Subject = screen_subject(by=by, site=site, **(asked | given))
    return subject


def test_screening_gives_the_next_number_of_the_site_the_consent_and_the_screening_visit(
    site_a: Site, site_b: Site, coordinator_a: Actor, coordinator_b: Actor
) -> None:
    labels = [screen(coordinator_a, site_a).label, screen(coordinator_b, site_b).label]
    subject = screen(coordinator_a, site_a)
    assert [*labels, subject.label] == ["AA-001", "BB-001", "AA-002"]
    assert subject.status == Subject.Status.SCREENING
    assert [(each.version, each.consented_on) for each in Consent.objects.filter(subject=subject)] == [
        ("2.0", subject.screened_on)
    ]
    assert [(each.code, each.status) for each in Visit.objects.filter(subject=subject)] == [("SCR", "done")]
    act = Act.objects.filter(operation="visits.screen_subject").latest("id")
    assert (act.subject_id, act.record_id, act.actor_role) == (subject.pk, subject.pk, "coordinator")


def test_the_same_form_sent_twice_screens_once(site_a: Site, site_b: Site, monitor: Actor) -> None:
    key = clock.new_id()
    first = screen(builders.system(), site_a, key=key)
    assert screen(builders.system(), site_a, key=key) == first
    assert Subject.objects.count() == 1
    with pytest.raises(Conflict):
        screen(builders.system(), site_b, key=key)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"consented_on": 1}, "consented_on"),
        ({"screened_on": 1}, "screened_on"),
        ({"screened_on": -1}, "screened_on"),
        ({"consent_version": "1.0"}, "consent_version"),
        ({"consent_version": "9.9"}, "consent_version"),
        ({"consented_on": -20_000, "screened_on": -20_000}, "consented_on"),
    ],
)
def test_a_day_or_version_that_cannot_be_is_refused_at_its_field(
    site_a: Site, coordinator_a: Actor, given: dict[str, Any], field: str
) -> None:
    today = clock.today(site_a.time_zone)
    days = {name: today + DAY * value if isinstance(value, int) else value for name, value in given.items()}
    with pytest.raises(Refused) as refusal:
        screen(coordinator_a, site_a, **days)
    assert list(refusal.value.field_errors) == [field]
    assert Subject.objects.count() == 0


def test_an_earlier_consent_version_is_taken_for_a_day_on_which_it_was_in_use(
    site_a: Site, coordinator_a: Actor
) -> None:
    day = datetime.date(2024, 5, 31)
    assert screen(coordinator_a, site_a, consent_version="1.0", consented_on=day, screened_on=day)
    with pytest.raises(Refused):
        screen(coordinator_a, site_a, consent_version="1.0", consented_on=day + DAY, screened_on=day + DAY)


def test_today_is_todays_date_at_the_site(frozen_clock: clock.Fixed, demo: Trial) -> None:
    """At 20:00 UTC it is tomorrow already in Shanghai (AA), and still today in Berlin (BB)."""
    frozen_clock.move_to(datetime.datetime(2026, 3, 2, 20, tzinfo=datetime.UTC))
    tomorrow = datetime.date(2026, 3, 3)
    builders.screened_subject(demo, "AA", on=tomorrow)
    with pytest.raises(Refused):
        builders.screened_subject(demo, "BB", on=tomorrow)


def test_nobody_is_screened_once_all_places_are_taken(frozen_clock: clock.Fixed, demo: Trial, site_a: Site) -> None:
    for _ in range(10):
        builders.enrolled_subject(demo, "AA")
    with pytest.raises(Refused, match="All 10 places"):
        screen(builders.system(), site_a)


def test_only_who_screens_at_the_site_may_screen(site_a: Site, coordinator_b: Actor, monitor: Actor) -> None:
    with pytest.raises(NotVisible):
        screen(coordinator_b, site_a)
    with pytest.raises(NotAllowed):
        screen(monitor, site_a)
    assert Act.objects.filter(operation="visits.screen_subject", outcome="refused").count() == 2
