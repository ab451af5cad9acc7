"""`manage.py check` reads every shipped protocol file."""

from pathlib import Path

import pytest
from django.core import checks

from trials.checks import check_protocol_files, protocol_files


def test_shipped_protocol_files_are_in_order() -> None:
    assert "NCT01573923.yaml" in {one.name for one in protocol_files()}
    assert check_protocol_files() == []


def test_every_mistake_of_a_file_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("schema: 2\nverison: 1\n")
    found = check_protocol_files([tmp_path / "broken.yaml"])
    assert {one.id for one in found} == {"trials.E001"}
    assert any("broken.yaml:2:1: `verison` is not known here; did you mean `version`?" in one.msg for one in found)


def test_an_old_schema_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{}")
    monkeypatch.setattr("trials.checks.PUBLISHED", tmp_path / "schema.json")
    assert [one.id for one in check_protocol_files([])] == ["trials.W001"]


def test_the_check_is_registered() -> None:
    assert check_protocol_files in checks.registry.registry.get_checks()
