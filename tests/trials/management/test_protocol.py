"""`manage.py protocol` says everything about protocol files in words."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.trials.protocol.mistakes import DEMO, changed
from trials.protocol import json_schema


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("protocol", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_check_accepts_a_file_and_shows_its_hash() -> None:
    assert "DEMO version 1.0 can be loaded. SHA-256 " in run("check", DEMO)


def test_a_shipped_trial_can_be_named_by_its_code() -> None:
    said = run("check", "NCT01573923")
    assert "NCT01573923 version 1.0 can be loaded" in said
    assert "parts are assumed" in said


def test_check_prints_every_problem_of_every_file_and_fails(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(changed(("phase: synthetic", "phse: synthetic"), ("choices: sex, label", "choices: sx, label")))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 files cannot be loaded"):
        call_command("protocol", "check", str(bad), str(DEMO), stdout=out)
    said = out.getvalue()
    assert f"{bad}:8:26: error: `phse` is not known here; did you mean `phase`?" in said
    assert "There is no choice list `sx`; did you mean `sex`?" in said
    assert "^" in said
    assert "DEMO version 1.0 can be loaded" in said


def test_show_prints_the_protocol_in_words() -> None:
    assert "Form LAB: Laboratory panel" in run("show", "NCT01573923")


def test_diff_prints_each_change_in_words(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(changed(('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary'), ("ceiling: 10", "ceiling: 12")))
    assert run("diff", DEMO, new) == "Version 1.0 to version 1.1:\n- enrolment: ceiling changed from 10 to 12\n"
    assert run("diff", DEMO, DEMO) == "Version 1.0 to version 1.0:\nNothing differs in meaning.\n"


def test_show_of_a_broken_file_lists_its_problems(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("schema: 1\n")
    with pytest.raises(CommandError, match="`trial` is missing here"):
        run("show", tmp_path / "bad.yaml")


def test_schema_prints_what_is_published() -> None:
    assert run("schema") == json_schema()
