"""Trials, sites and protocol versions over the API."""

import hashlib

import pytest

from edc.access.actor import Actor
from tests.program import ProgramOf
from trials.models import Trial

pytestmark = pytest.mark.django_db


def test_everybody_sees_the_trials_and_sites_of_their_roles(
    demo: Trial, coordinator_a: Actor, monitor: Actor, outsider: Actor, program_of: ProgramOf
) -> None:
    assert [row["code"] for row in program_of(monitor).get("trials").json()] == ["DEMO"]
    assert program_of(outsider).get("trials").json() == []
    sites = f"trials/{demo.code}/sites"
    assert [row["code"] for row in program_of(monitor).get(sites).json()] == ["AA", "BB"]
    assert [row["code"] for row in program_of(coordinator_a).get(sites).json()] == ["AA"]


def test_a_protocol_is_handed_out_as_the_very_text_whose_hash_is_on_record(
    demo: Trial, monitor: Actor, program_of: ProgramOf
) -> None:
    program = program_of(monitor)
    (version,) = program.get(f"trials/{demo.code}/protocols").json()
    answer = program.get(f"trials/{demo.code}/protocols/{version['version']}")
    assert answer.headers["Content-Type"] == "application/json"
    assert hashlib.sha256(answer.content).hexdigest() == version["sha256"]
    assert answer.json()["trial"]["code"] == demo.code
    assert program.get(f"trials/{demo.code}/protocols/9.9").status_code == 404
