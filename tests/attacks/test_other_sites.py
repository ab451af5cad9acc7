"""Who works at one site finds nothing of another: not by key, not by a mix of keys, not by a filter, not by a file."""

import io
import re
import uuid
import zipfile
from typing import Any

import pytest

from edc import clock
from edc.access.roles import Role
from edc.audit.models import Act
from edc.trail.filters import TrailFilter
from edc.trail.operations import review_trail
from tests import builders
from tests.attacks.addresses import addresses, names
from tests.attacks.conftest import World
from tests.cast import ClientOf
from tests.program import ProgramOf, read_to_its_end

pytestmark = pytest.mark.django_db

KEYS = ("subject_id", "visit_id", "entry_id", "query_id", "event_id")
NEVER = uuid.UUID(int=7)


def text(answer: Any) -> str:
    """An answer without what differs from request to request."""
    content = read_to_its_end(answer).decode()
    return re.sub(r'value="[A-Za-z0-9]{64}"|[0-9a-f]{8}-[0-9a-f-]{27}', "", content)


def test_what_is_elsewhere_answers_as_if_it_had_never_existed(
    world: World, client_of: ClientOf, program_of: ProgramOf
) -> None:
    browser, program = client_of(world.people["coordinator_b"]), program_of(world.people["coordinator_b"])
    by_key = {name for name, parameters in names() if {*parameters} & {*KEYS}}
    nowhere = {**world.a.keys, **{name: [NEVER] for name in KEYS}}
    theirs = {**world.a.keys, **{name: world.a.keys[name][:1] for name in KEYS}}
    seen = Act.objects.filter(site_code="AA").count()
    pairs = zip(addresses(theirs, most=2), addresses(nowhere, most=2), strict=True)
    for (name, there), (_, never) in pairs:
        if name not in by_key:
            continue
        headers = program.headers if name.startswith("api:") else {}
        for method in ("GET", "POST", "PUT"):
            answers = [
                browser.generic(
                    method, url, "{}" if headers else "act=x", "application/json" if headers else FORM, headers=headers
                )
                for url in (there, never)
            ]
            assert answers[0].status_code == answers[1].status_code, (method, name)
            assert answers[0].status_code in {404, 405, 301, 302}, (method, name)
            assert text(answers[0]) == text(answers[1]), (method, name)
    assert Act.objects.filter(site_code="AA").count() == seen


FORM = "application/x-www-form-urlencoded"


def test_filters_cursors_and_files_hold_nothing_of_another_site(
    world: World, client_of: ClientOf, program_of: ProgramOf
) -> None:
    people = [world.people["coordinator_b"]]
    people.append(builders.person(Role.DATA_MANAGER, world.trial, builders.site(world.trial, "BB"), username="dm_b"))
    label, own = world.a.subject.label, world.b.subject.label
    acts = Act.objects.filter(site_code="AA").order_by("id")
    cursors = [str(key) for key in (acts[0].pk, world.a.keys["query_id"][0], world.a.subject.pk)]
    asked = ["", f"site=AA&user=coordinator_a&q={label}&participant={label}&subject={label}"]
    asked += [f"{name}={cursor}" for name in ("after", "before", "older", "newer") for cursor in (cursors[0], label)]
    asked += [f"{name}={cursor}" for name in ("after", "newer") for cursor in cursors[1:]]
    forbidden = [label, world.a.screened.label, *map(str, (world.a.subject.pk, *world.a.keys["entry_id"]))]
    for person in people:
        browser, program = client_of(person), program_of(person)
        for page in ("participants/", "queries/?which=", "deviations/", "trail/", "events/"):
            for part in asked:
                url = f"/trials/{world.trial.code}/{page}{'&' if '?' in page else '?'}{part}"
                echo = label in part
                found = text(browser.get(url))
                assert not [one for one in forbidden if one in found and not (echo and one == label)], url
        files = [browser.post(f"/trials/{world.trial.code}/trail/download.{kind}") for kind in ("csv", "jsonl")]
        files.append(program.post(f"trials/{world.trial.code}/datasets", variant="exact"))
        for name in ("subjects", "queries", "deviations", "events", "trail"):
            for part in ("", "site=AA", f"subject={label}"):
                url = f"/api/v1/trials/{world.trial.code}/{name}?{part}"
                files += [program.client.get(url, headers=program.headers)]
        for answer in files:
            content = read_to_its_end(answer)
            if content.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    content = b"".join(archive.read(member) for member in archive.namelist())
                assert own.encode() in content
            assert not [one for one in forbidden if one.encode() in content], answer
            assert b"coordinator_a" not in content


def test_a_key_of_another_site_in_a_form_changes_nothing_there(world: World, client_of: ClientOf) -> None:
    browser = client_of(world.people["coordinator_b"])
    theirs, mine, day = world.a, world.b, "2026-03-02"
    before = Act.objects.filter(site_code="AA").count()
    revisions = theirs.subject.revision
    for url, sent in (
        (f"/participants/{mine.subject.pk}/forms/log/CM/2/", {"CMTRT": "Mine", "key": theirs.keys["entry_id"][2]}),
        (f"/participants/{mine.subject.pk}/visits/new", {"done_on": day, "key": theirs.keys["visit_id"][0]}),
        (
            f"/participants/{mine.subject.pk}/events/new",
            {"AETERM": "Mine", "AESTDAT": "2026", "AEGRADE": "1", "AESER": "N", "key": theirs.keys["event_id"][0]},
        ),
        (
            f"/trials/{world.trial.code}/participants/new",
            {"site": "BB", "consent_version": "2.0", "consented_on": day, "screened_on": day, "key": theirs.subject.pk},
        ),
        (
            f"/trials/{world.trial.code}/participants/new",
            {"site": "AA", "consent_version": "2.0", "consented_on": day, "screened_on": day, "key": NEVER},
        ),
    ):
        answer = browser.post(url, sent)
        assert answer.status_code in {200, 303, 302, 404, 409, 422}, url
        assert theirs.subject.label not in text(browser.get(answer.headers.get("Location", "/"))), url
    assert Act.objects.filter(site_code="AA").count() == before
    theirs.subject.refresh_from_db()
    assert theirs.subject.revision == revisions


def test_what_a_review_of_other_sites_found_is_not_told(world: World, client_of: ClientOf) -> None:
    monitor, page = world.people[Role.MONITOR], f"/trials/{world.b.subject.trial.code}/trail/"
    newest = Act.objects.filter(trial_id=world.trial.pk).order_by("-id")
    for filters, acts, remark in (
        (TrailFilter(), newest, "REMARKALL"),
        (TrailFilter(site="AA"), newest.filter(site_code="AA"), "REMARKAA"),
        (TrailFilter(site="BB"), newest.filter(site_code="BB"), "REMARKBB"),
    ):
        last = acts[0].pk
        review_trail(by=monitor, trial=world.trial, key=clock.new_id(), filters=filters, up_to=last, remark=remark)
    told = text(client_of(world.people["coordinator_b"]).get(page))
    assert "REMARKBB" in told
    assert "REMARKA" not in told
    assert "REMARKALL" in text(client_of(world.people[Role.DATA_MANAGER]).get(page))
