"""Loading from the command line."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from edc.audit.models import Act
from tests import builders
from trials.models import ProtocolVersion, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def amendment(tmp_path: Path) -> Path:
    text = builders.DEMO.read_text(encoding="utf-8").replace('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary')
    file = tmp_path / "demo.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_first_version_is_open_at_every_site(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("protocol", "load", str(builders.DEMO))
    assert "BB works with version 1.0" in capsys.readouterr().out
    act = Act.objects.get(operation="trials.load_protocol")
    assert (act.actor_name, act.channel) == ("System: command line", "command")


def test_an_amendment_is_opened_at_the_sites_that_are_named(
    amendment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    builders.demo_trial()
    call_command("protocol", "load", str(amendment), "--open-at", "BB", "--reason", "Ethics approved")
    assert [(site.code, site.protocol_version.version) for site in Site.objects.order_by("code")] == [
        ("AA", "1.0"),
        ("BB", "1.1"),
    ]
    assert Act.objects.get(operation="trials.set_site_protocol").reason == "Ethics approved"
    with pytest.raises(CommandError, match="no site ZZ"):
        call_command("protocol", "load", str(amendment), "--open-at", "ZZ")


def test_a_file_with_mistakes_and_a_version_that_is_taken_load_nothing(amendment: Path) -> None:
    builders.demo_trial()
    text = amendment.read_text(encoding="utf-8")
    amendment.write_text(text.replace('version: "1.1"', 'version: "1.0"').replace("18 to 65", "18 to 66"), "utf-8")
    with pytest.raises(CommandError, match="new version number"):
        call_command("protocol", "load", str(amendment))
    amendment.write_text(text.replace("kind: decimal", "kind: nonsense"), "utf-8")
    with pytest.raises(CommandError, match="cannot be used"):
        call_command("protocol", "load", str(amendment))
    assert ProtocolVersion.objects.count() == 1
