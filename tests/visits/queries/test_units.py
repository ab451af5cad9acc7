"""The unit that stands beside a blank laboratory value before anybody chooses one."""

from datetime import date

import pytest
from django.test import Client

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.cast import ClientOf
from trials.models import Trial
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db


def chosen_unit(client: Client, address: str) -> str:
    fields = [
        field
        for section in client.get(address).context["view"].sections
        for part in section.parts
        for field in part.fields
    ]
    (albumin,) = [field for field in fields if field.path == "ALB"]
    return next(option.code for option in albumin.control.units if option.chosen)


def test_it_is_the_one_that_the_site_used_last_and_else_the_first(
    frozen_clock: clock.Fixed,
    demo: Trial,
    coordinator_a: Actor,
    coordinator_b: Actor,
    client_of: ClientOf,
) -> None:
    here, elsewhere = (builders.enrolled_subject(demo, place, on=date(2026, 1, 5)) for place in ("AA", "BB"))
    blank = "/participants/{}/forms/visit:M1/1/LAB/1/"
    assert chosen_unit(client_of(coordinator_a), blank.format(here.pk)) == "g/L"
    other = builders.enrolled_subject(demo, "AA", on=date(2026, 1, 6))
    values = {"LBDAT": "2026-01-06", "ALB": {"text": "3.31", "unit": "g/dL"}}
    save_entry(by=coordinator_a, subject=other, slot="visit:M0/1/LAB/1", data=values)
    assert chosen_unit(client_of(coordinator_a), blank.format(here.pk)) == "g/dL"
    assert chosen_unit(client_of(coordinator_b), blank.format(elsewhere.pk)) == "g/L"


def test_a_unit_beside_a_blank_value_is_no_answer(demo: Trial, coordinator_a: Actor, client_of: ClientOf) -> None:
    subject = builders.enrolled_subject(demo)
    address = f"/participants/{subject.pk}/forms/visit:M0/1/LAB/1/"
    day = clock.today(subject.site.time_zone).isoformat()
    sent = {"LBDAT": day, "ALB": "", "ALB-unit": "g/L", "base_revision": "0", "key": str(clock.new_id())}
    assert client_of(coordinator_a).post(address, sent).status_code == 303
    assert set(subject.entrys.get(form="LAB").values) == {"LBDAT"}
