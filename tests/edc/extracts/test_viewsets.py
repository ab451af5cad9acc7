"""Datasets over the API: the file of the page, and the act with it."""

import io
import zipfile

import pytest

from edc.access.actor import Actor
from edc.audit.models import Act
from tests import builders
from tests.program import ProgramOf, read_to_its_end
from trials.models import Trial

pytestmark = pytest.mark.django_db


def test_a_program_downloads_what_it_names_and_the_act_says_so(
    demo: Trial, data_manager: Actor, program_of: ProgramOf
) -> None:
    builders.enrolled_subject(demo, "AA")
    program = program_of(data_manager)
    names = [row["name"] for row in program.get(f"trials/{demo.code}/datasets").json()]
    answer = program.post(f"trials/{demo.code}/datasets", variant="exact", datasets=names[:1])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(read_to_its_end(answer))) as archive:
        assert archive.testzip() is None
        assert any(names[0] in name for name in archive.namelist())
    act = Act.objects.get(operation="extracts.make_extract")
    assert (act.channel, act.actor_username, act.detail["variant"]) == ("api", "data_manager", "exact")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"variant": "loose"}, "variant"),
        ({}, "variant"),
        ({"variant": "exact", "datasets": ["nope"]}, "datasets"),
        ({"variant": "exact", "datasets": "subjects"}, "datasets"),
    ],
)
def test_what_cannot_be_taken_out_is_refused_by_name(
    sent: dict[str, object], name: str, demo: Trial, data_manager: Actor, program_of: ProgramOf
) -> None:
    answer = program_of(data_manager).post(f"trials/{demo.code}/datasets", **sent)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]
    assert not Act.objects.filter(operation="extracts.make_extract", outcome="done").exists()


def test_a_program_may_ask_for_a_zip_and_is_refused_in_json(
    demo: Trial, monitor: Actor, data_manager: Actor, program_of: ProgramOf
) -> None:
    path, body = f"trials/{demo.code}/datasets", '{"variant": "exact"}'
    refused = program_of(monitor).raw("POST", path, body, Accept="application/zip")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert read_to_its_end(program_of(data_manager).raw("POST", path, body, Accept="application/zip"))[:2] == b"PK"
