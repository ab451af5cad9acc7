"""The page of the datasets: who may, what is on record, and that nothing leaves before that."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from edc import clock
from edc.access.actor import Actor
from edc.access.operations import give_membership
from edc.access.roles import Role
from edc.audit.models import Act
from edc.errors import NotAllowed, NotVisible, Refused
from edc.extracts import making
from tests import builders
from tests.cast import ClientOf
from trials.models import Site, Trial

pytestmark = pytest.mark.django_db
CHOICE = {"variant": "exact", "datasets": ["subjects", "form_VS", "audit_acts"]}


def body(response: HttpResponseBase) -> bytes:
    """All bytes of a download."""
    return b"".join(cast(Iterator[bytes], response))


@pytest.fixture
def url(filled: Trial) -> str:
    return reverse("extracts:datasets", args=[filled.code])


def test_the_page_lists_datasets_what_is_left_out_and_why(url: str, data_manager: Actor, client_of: ClientOf) -> None:
    client = client_of(data_manager)
    before = Act.objects.count()
    response = client.get(url)
    page = response.content.decode()
    assert response.status_code == 200
    for words in (
        "form_KIT__PETS",
        "Safe for spreadsheets",
        "Initials (DM.INITIALS)",
        "your role does not show",
        "AA, BB",
    ):
        assert words in page
    assert "No downloads yet" in page
    assert Act.objects.count() == before


@pytest.mark.parametrize("variant", ["exact", "spreadsheet"])
def test_a_download_is_on_record_with_the_hash_of_every_file(
    url: str, data_manager: Actor, client_of: ClientOf, variant: str
) -> None:
    client = client_of(data_manager)
    response = client.post(url, {**CHOICE, "variant": variant})
    assert response.status_code == 200
    data = body(response)
    act = Act.objects.latest("id")
    assert (act.operation, act.outcome, act.actor_username) == ("extracts.make_extract", "done", "data_manager")
    assert (act.trial_code, act.actor_role, act.detail["variant"]) == ("DEMO", "data manager", variant)
    assert act.detail["archive_sha256"] == hashlib.sha256(data).hexdigest()
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    manifest = files.pop("manifest.json")
    assert act.detail["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert act.detail["files"] == {
        entry["name"]: {"rows": entry["rows"], "sha256": hashlib.sha256(files[entry["name"]]).hexdigest()}
        for entry in json.loads(manifest)["files"]
    }
    assert act.detail["files"].keys() == files.keys()
    assert act.detail["filter"] == {
        "datasets": ["subjects", "form_VS", "audit_acts"],
        "sites": ["AA", "BB"],
        "identifying": False,
        "unblinding": False,
        "arms": True,
    }
    assert response["Content-Disposition"] == f'attachment; filename="{act.detail["file"]}"'
    assert variant in act.detail["file"]
    assert response["Cache-Control"] == "no-store"
    assert act.detail["archive_sha256"] in client.get(url).content.decode()


def test_the_manifest_says_who_when_which_versions_and_which_moment(
    url: str, data_manager: Actor, client_of: ClientOf, filled: Trial
) -> None:
    response = client_of(data_manager).post(url, CHOICE)
    newest = Act.objects.exclude(operation="extracts.make_extract").filter(trial_id=filled.pk).latest("id")
    archive = zipfile.ZipFile(io.BytesIO(body(response)))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["made_by"] == {
        "username": "data_manager",
        "name": "Dana Manager",
        "role": "data manager",
        "organisation": "",
    }
    assert manifest["made_at"] == "2026-03-02T08:30:00.000000Z"
    version = filled.protocol_versions.get()
    assert manifest["protocol_versions"] == [{"version": "1.0", "sha256": version.sha256}]
    assert manifest["snapshot"]["act"] == str(newest.pk)


def test_roles_that_take_nothing_out_are_refused_and_that_is_on_record(
    url: str, client_of: ClientOf, coordinator_a: Actor, investigator_a: Actor, monitor: Actor, administrator: Actor
) -> None:
    for actor in (coordinator_a, investigator_a, monitor, administrator):
        client = client_of(actor)
        assert client.get(url).status_code == 403
        assert client.post(url, CHOICE).status_code == 403
        act = Act.objects.latest("id")
        assert (act.operation, act.outcome, act.actor_key) == ("extracts.make_extract", "refused", actor.key)


def test_for_an_outsider_there_is_no_such_page(url: str, client_of: ClientOf, outsider: Actor) -> None:
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(outsider).post(url, CHOICE).status_code == 404
    assert Client().get(url).status_code == 302
    assert Client().post(url, CHOICE).status_code == 302


def test_a_post_without_the_token_takes_nothing(url: str, data_manager: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    assert data_manager.user is not None
    client.force_login(data_manager.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(url, CHOICE).status_code == 403
    assert not Act.objects.filter(operation="extracts.make_extract").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose at least one dataset."),
        ({"variant": "exact"}, "Choose at least one dataset."),
        ({"datasets": ["subjects"]}, "Choose how the files are written."),
        ({"variant": "xlsx", "datasets": ["subjects"]}, "Choose one of these two."),
        ({"variant": "exact", "datasets": ["form_NOPE"]}, "is not there any more"),
    ],
)
def test_a_choice_that_makes_no_sense_comes_back_with_words(
    url: str, data_manager: Actor, client_of: ClientOf, sent: dict[str, object], words: str
) -> None:
    response = client_of(data_manager).post(url, sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Act.objects.filter(operation="extracts.make_extract", outcome="done").exists()


def test_no_file_stays_behind_in_the_folder(url: str, data_manager: Actor, client_of: ClientOf) -> None:
    response = client_of(data_manager).post(url, CHOICE)
    assert list((Path(settings.VARIABLE_FILES) / "extracts").iterdir()) == []
    response.close()


def test_nothing_is_handed_over_when_the_act_cannot_be_stored(
    filled: Trial, data_manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**given: object) -> None:
        raise Refused("The trail cannot be written.")

    monkeypatch.setattr(making, "make_extract", broken)
    with pytest.raises(Refused, match="trail"):
        making.extract(by=data_manager, trial=filled, variant="exact")


def test_the_door_decides_for_programmes_too(
    filled: Trial, monitor: Actor, outsider: Actor, data_manager: Actor
) -> None:
    with pytest.raises(NotAllowed):
        making.extract(by=monitor, trial=filled, variant="exact")
    with pytest.raises(NotVisible):
        making.extract(by=outsider, trial=filled, variant="exact")
    with pytest.raises(Refused):
        making.extract(by=data_manager, trial=filled, variant="exact", datasets=["form_NOPE"])
    with pytest.raises(Refused):
        making.extract(by=data_manager, trial=filled, variant="xlsx")


def test_a_role_at_one_site_and_a_wider_one_do_not_add_up(filled: Trial, site_a: Site) -> None:
    """Who may identify at one site takes names out of none when the extract covers two."""
    both = builders.person(Role.DATA_MANAGER, filled, username="two_hats")
    assert both.user is not None
    give_membership(
        by=builders.system(), key=clock.new_id(), user=both.user, trial=filled, site=site_a, role=Role.COORDINATOR
    )
    actor = builders.refreshed(both)
    with making.extract(by=actor, trial=filled, variant="exact", datasets=["form_DM"]).file as file:
        assert b"INITIALS" not in zipfile.ZipFile(file).read("form_DM.exact.csv")


def test_the_command_writes_the_file_and_is_on_record(
    filled: Trial, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("extract", "DEMO", "--to", str(tmp_path), "--dataset", "subjects", "--dataset", "form_DM")
    (file,) = tmp_path.iterdir()
    act = Act.objects.latest("id")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (act.channel, act.actor_key, act.detail["archive_sha256"]) == ("command", "system:command line", sha256)
    assert sha256 in capsys.readouterr().out
    assert file.stat().st_mode & 0o077 == 0
    assert b"INITIALS" not in zipfile.ZipFile(file).read("form_DM.exact.csv")


def test_the_command_names_identifying_items_only_when_asked(filled: Trial, tmp_path: Path) -> None:
    call_command("extract", "DEMO", "--to", str(tmp_path), "--identifying")
    (file,) = tmp_path.iterdir()
    assert b"INITIALS" in zipfile.ZipFile(file).read("form_DM.exact.csv")


def test_the_command_says_what_is_wrong(filled: Trial, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no trial NOPE"):
        call_command("extract", "NOPE", "--to", str(tmp_path))
    with pytest.raises(CommandError, match="is not a directory"):
        call_command("extract", "DEMO", "--to", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="no dataset form_NOPE"):
        call_command("extract", "DEMO", "--to", str(tmp_path), "--dataset", "form_NOPE")
