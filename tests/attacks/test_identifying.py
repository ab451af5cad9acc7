"""What identifies a participant reaches nobody whose role does not show it: no page, no file, no answer of the API."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from edc.access.roles import ROLES, Permission, Role
from edc.audit.models import Act
from edc.trail.verify_trail import verify
from tests.attacks.addresses import addresses
from tests.attacks.conftest import SECRETS, World
from tests.cast import ClientOf
from tests.program import ProgramOf, read_to_its_end
from visits.models import Entry

pytestmark = pytest.mark.django_db

# One role of each kind that sees participants and not who they are; the others hold no more than these.
UNTOLD = (Role.DATA_MANAGER, Role.SAFETY_PHYSICIAN, Role.STATISTICIAN_BLINDED, Role.CODER)


def told(content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace")
    return [name for name, secret in SECRETS.items() if secret in text]


def test_no_role_that_is_not_told_may_do_what_the_tried_ones_may_not() -> None:
    tried = {right for role in UNTOLD for right in ROLES[role].permissions}
    for facts in ROLES.values():
        if not {Permission.IDENTIFYING_VIEW, Permission.ACCESS_MANAGE, Permission.UNBLINDED_VIEW} & facts.permissions:
            assert facts.permissions <= tried, facts.label


def test_the_site_itself_is_told(world: World, client_of: ClientOf) -> None:
    browser = client_of(world.people["coordinator_a"])
    form = browser.get(f"/participants/{world.a.subject.pk}/forms/visit:SCR/1/DM/1/").content
    assert {"initials", "birth date"} <= {*told(form)}
    trail = read_to_its_end(browser.post(f"/trials/{world.trial.code}/trail/download.csv"))
    assert {*SECRETS} - {*told(trail)} == {"initials in a draft", "birth date", "birth date before"}


def test_no_page_and_no_answer_tells(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    leaks = set()
    keys = world.a.keys
    known = [str(key) for key in (world.a.subject.pk, *keys["entry_id"][:2], *keys["query_id"], "/trials/")]
    for role in UNTOLD:
        browser, program = client_of(world.people[role]), program_of(world.people[role])
        for name, url in addresses(keys, most=4):
            if not any(key in url for key in known):
                continue
            answer = browser.get(url, headers=program.headers if name.startswith("api:") else {})
            leaks |= {(role.value, name, secret) for secret in told(read_to_its_end(answer))}
    assert sorted(leaks) == []


def test_no_file_tells(world: World, client_of: ClientOf, program_of: ProgramOf, tmp_path: Path) -> None:
    leaks = set()
    for role in UNTOLD:
        browser, program = client_of(world.people[role]), program_of(world.people[role])
        for kind in ("csv", "jsonl"):
            answer = browser.post(f"/trials/{world.trial.code}/trail/download.{kind}")
            content = read_to_its_end(answer)
            leaks |= {(role.value, kind, secret) for secret in told(content)}
            if kind == "jsonl" and answer.status_code == 200:
                (tmp_path / "trail.jsonl").write_bytes(content)
                assert verify(str(tmp_path / "trail.jsonl"), {}) > 0
        content = read_to_its_end(program.post(f"trials/{world.trial.code}/datasets", variant="exact"))
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                leaks |= {
                    (role.value, member, secret)
                    for member in archive.namelist()
                    for secret in told(archive.read(member))
                }
    assert sorted(leaks) == []


def test_the_filter_of_the_trail_finds_items_and_no_values(world: World, client_of: ClientOf) -> None:
    browser = client_of(world.people[Role.DATA_MANAGER])

    def found(item: str) -> int:
        answer = browser.get(f"/trials/{world.trial.code}/trail/", {"item": item})
        return answer.content.decode().count("trail-row") or answer.content.decode().count("<tr")

    nothing = found("NOSUCHITEM")
    assert found("BRTHDAT") > nothing
    for value in ('BRTHDAT":[null,{"text":"' + SECRETS["birth date before"], 'BRTHDAT":[{"text":"'):
        assert found(value) == nothing


def test_a_digest_in_the_place_of_a_text_cannot_be_found_by_trying(world: World) -> None:
    """All of a withheld text is known but the value; a salt that stands in it makes guessing hopeless."""
    own = Entry.history.get(id=world.a.keys["entry_id"][0], revision=1)
    refused = Act.objects.filter(outcome=Act.Outcome.REFUSED, subject_id=world.a.subject.pk).first()
    assert refused is not None
    other = Entry.history.get(id=world.b.keys["entry_id"][0], revision=1)
    salts = [json.loads(text)["salt"] for text in (own.canonical, other.canonical, refused.canonical)]
    assert len(set(salts)) == 3
    assert {len(salt) for salt in salts} == {32}
