"""The documentation names everything that is there, and nothing that is not. Its examples run."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern

from edc import api
from edc.access.door import OPERATIONS
from edc.access.roles import ROLES, Permission
from edc.extracts.catalogue import datasets_for
from tests.builders import DEMO
from trials.management.commands.protocol import Command as ProtocolCommand
from trials.models import Trial
from trials.protocol import eligibility_names, load_file, load_text
from trials.protocol.schema.base import Part
from trials.protocol.schema.items import Item, Kind
from trials.protocol.schema.schedule import ANCHORS
from trials.reading import reading
from trials.rules.expression import Type, compile_expression
from trials.rules.expression.functions import FUNCTIONS
from visits.forms.answer import Answer, Context, RawAnswer
from visits.forms.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "edc/docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
README, PROTOCOL_FILE, ADMINISTRATOR, OPERATIONS_PAGE = (
    path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", DOCS / "protocol-file.md", DOCS / "administrator.md", DOCS / "operations.md")
)
OURS = ("edc", "trials", "visits", "adverse_events")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A claim that only those who run an installation can make, and paths of one machine.
FORBIDDEN = re.compile(r"\bcompliant\b|\bcompliance\b|/(?:root|home|tmp)/", re.IGNORECASE)
"""What no page may say."""


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every line of every table."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def first_cells(text: str) -> set[str]:
    """What the first cells of the tables name in backticks."""
    return {name for cells in rows(text) for name in re.findall(r"`([^`]+)`", cells[0])}


def anchor(title: str) -> str:
    """The name by which a link leads to a heading."""
    return re.sub(r"[^a-z0-9 _-]", "", title.lower().replace("`", "")).strip().replace(" ", "-")


def settings_read() -> dict[str, object]:
    """Each variable that the environment is asked for, with its default where that is written in one word."""
    tree = ast.parse((ROOT / "edc/environment.py").read_text(encoding="utf-8"))
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env.")) or not node.args:
            continue
        name = node.args[0]
        if isinstance(name, ast.Constant) and str(name.value).isupper():
            default = node.args[1] if len(node.args) > 1 else None
            value = default.value if isinstance(default, ast.Constant) else None
            found[str(name.value)] = found.get(str(name.value)) or value
    return found


def parts() -> dict[str, type[Part]]:
    """Every part of the protocol file, by the name of its model."""
    found: dict[str, type[Part]] = {}
    todo = list(Part.__subclasses__())
    while todo:
        part = todo.pop()
        found[part.__name__] = part
        todo += part.__subclasses__()
    return found


def every_operation() -> dict[str, list[str]]:
    """The row that each operation should have."""
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            names = path.relative_to(ROOT).with_suffix("").parts
            if "operations" in names:
                importlib.import_module(".".join(names).removesuffix(".__init__"))
    return {
        facts.name: [f"`{facts.name}`", facts.sentence, facts.permission.value, holders(facts.permission)]
        for facts in sorted(OPERATIONS.values(), key=lambda facts: facts.name)
        if not facts.name.startswith("tests.")
    }


def holders(permission: Permission) -> str:
    if permission is Permission.ACCOUNT_OWN:
        return "everybody with an account"
    return ", ".join(role.label for role in ROLES.values() if permission in role.permissions) or "the system alone"


def pasted(lines: list[list[str]]) -> str:
    """Rows as they are to be pasted into a page."""
    return "\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


# Administrators


def test_every_setting_stands_there_with_its_default() -> None:
    known = settings_read()
    table = {cells[0].strip("`"): cells for cells in rows(ADMINISTRATOR) if cells[0].strip("`").isupper()}
    assert set(table) == set(known)
    for name, default in known.items():
        if default not in {None, ""}:
            assert f"`{default}`" in table[name][1], (name, default)


def test_every_role_has_its_sentence() -> None:
    wanted = [[role.label, role.sentence] for role in ROLES.values()]
    missing = [cells for cells in wanted if cells not in list(rows(ADMINISTRATOR))]
    assert not missing, pasted(missing)


def test_every_command_of_ours_is_described() -> None:
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in OURS}
    assert ours == {name.split()[1] for name in first_cells(ADMINISTRATOR) if name.startswith("manage.py ")}


def test_every_action_of_the_protocol_command_is_described() -> None:
    parser = ProtocolCommand().create_parser("manage.py", "protocol")
    actions = {name for action in parser._actions if action.dest == "action" for name in action.choices or ()}
    named = {name.split()[2] for name in first_cells(PROTOCOL_FILE) if name.startswith("manage.py protocol ")}
    assert actions == named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_mentioned_exists(page: Path) -> None:
    mentioned = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")))
    assert mentioned <= set(get_commands())


# Operations


def test_every_operation_has_its_row() -> None:
    wanted, there = every_operation(), {cells[0].strip("`"): cells for cells in rows(OPERATIONS_PAGE)}
    missing = [cells for name, cells in wanted.items() if there.get(name) != cells]
    assert not missing, pasted(missing)
    gone = {name for name in there if "." in name} - set(wanted)
    assert not gone


def test_every_permission_has_its_row() -> None:
    wanted = [[permission.value, holders(permission)] for permission in Permission]
    missing = [cells for cells in wanted if cells not in list(rows(OPERATIONS_PAGE))]
    assert not missing, pasted(missing)


def test_operations_that_ask_for_the_password_are_named() -> None:
    every_operation()
    said = OPERATIONS_PAGE.partition("## Every operation")[0]
    weighty = {name for name, facts in OPERATIONS.items() if facts.weighty}
    assert weighty == set(re.findall(r"`([a-z_]+\.[a-z_]+)`", said))


# The protocol file


def test_every_key_of_every_part_has_its_row() -> None:
    sections = re.split(r"^<!-- (\w+) -->$", PROTOCOL_FILE, flags=re.MULTILINE)
    described = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert set(described) == set(parts())
    for name, part in parts().items():
        section = re.split(r"^#", described[name], maxsplit=1, flags=re.MULTILINE)[0]
        table = {cells[0].strip("`"): cells for cells in rows(section) if cells[0].startswith("`")}
        fields = {field.alias or key: field for key, field in part.model_fields.items() if key != "assumed"}
        assert set(table) == set(fields), name
        for key, field in fields.items():
            default = table[key][2]
            assert len(table[key]) == 4, (name, key)
            assert (default == "required") == field.is_required(), (name, key)
            if type(field.default) in {str, int}:
                assert f"`{field.default}`" in default, (name, key)


def test_parts_that_cannot_be_assumed_are_named() -> None:
    said = PROTOCOL_FILE.partition("may stand in every part but ")[2].partition(" It is `true`")[0]
    titles = dict(re.findall(r"^### `([a-z_.]+)`.*\n<!-- (\w+) -->$", PROTOCOL_FILE, re.MULTILINE))
    assert {titles[title] for title in re.findall(r"`([^`]+)`", said)} == {
        name for name, part in parts().items() if "assumed" not in part.model_fields
    }


def test_every_kind_of_item_says_what_it_takes() -> None:
    section = PROTOCOL_FILE.partition("## Item kinds")[2].partition("## Rules")[0]
    kinds = {cells[0].strip("`"): cells for cells in rows(section) if cells[0].startswith("`")}
    assert set(kinds) == set(Kind.__args__)
    assert all(len(cells) >= 2 and cells[1] for cells in kinds.values())


def kinds_with_examples() -> list[tuple[str, str, bool]]:
    """Kind, what is typed, and whether the page says that it is taken. Names of keys are no examples."""
    section = PROTOCOL_FILE.partition("## Item kinds")[2].partition("## Rules")[0]
    keys = {*Item.model_fields, "partial: month"}
    return [
        (cells[0].strip("`"), text, column == 1)
        for cells in rows(section)
        if cells[0].strip("`") in {"integer", "decimal", "date", "partial_date", "time", "lab", "cells"}
        for column in (1, 2)
        for text in re.findall(r"`([^`]+)`", cells[column])
        if text not in keys
    ]


@pytest.mark.parametrize(("kind", "text", "taken"), kinds_with_examples())
def test_what_may_be_typed_is_taken_and_the_rest_refused(kind: str, text: str, *, taken: bool) -> None:
    context = Context(today=date(2026, 3, 30), protocol=load_file(DEMO).protocol)
    item = Item.model_validate({"id": "X", "kind": kind, "label": "X", "analyte": "ALB" if kind == "lab" else None})
    unit = {"lab": "g/L", "cells": "10^7"}.get(kind, "")
    assert isinstance(KINDS[kind].parse(item, RawAnswer(text, unit), context), Answer) is taken


def test_every_function_of_the_rules_is_described_as_it_is_written() -> None:
    section = PROTOCOL_FILE.partition("### Functions")[2].partition("### Unknown")[0]
    assert first_cells(section) == {function.usage for function in FUNCTIONS.values()}


def test_every_anchor_is_named() -> None:
    assert [name for name in ANCHORS if f"`{name}`" not in PROTOCOL_FILE] == []


@pytest.mark.parametrize("rule", blocks(PROTOCOL_FILE, "rule"))
def test_every_rule_in_the_examples_can_be_compiled(rule: str) -> None:
    names = eligibility_names(load_file(DEMO).protocol)
    assert compile_expression(rule.strip(), names, Type.BOOL).reads


def test_the_small_trial_has_no_problems() -> None:
    (text,) = blocks(PROTOCOL_FILE, "yaml")
    assert load_text(text).warnings == ()


# The README


def test_every_target_of_make_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert [target for target in phony.split() if not re.search(rf"make {target}\b", README)] == []
    mentioned = {target for page in PAGES for target in re.findall(r"`make ([a-z0-9-]+)", page.read_text("utf-8"))}
    assert mentioned <= set(phony.split())


def test_every_dataset_is_named(demo: Trial, data_manager: object) -> None:
    names = {dataset.name for dataset in datasets_for(reading(data_manager, demo, "default"))}  # type: ignore[arg-type]
    plain = {re.sub(r"^form_[A-Z0-9]+", "form_ID", re.sub("__.*", "__GROUP", name)) for name in names}
    assert [name for name in plain | {"codebook", "codebook_codes"} if f"`{name}`" not in README] == []


def test_every_group_of_addresses_of_the_api_is_named() -> None:
    groups = {str(route.pattern).split("/")[0] for route in api.urlpatterns if isinstance(route, URLPattern)}
    section = README.partition("## API")[2].partition("## ")[0]
    assert [group for group in groups if group.isalpha() and f"`{group}`" not in section] == []


@pytest.mark.parametrize("code", blocks(README, "python"))
def test_python_in_the_readme_can_be_read(code: str) -> None:
    assert ast.parse(code).body


def test_every_folder_of_the_layout_exists() -> None:
    section = README.partition("## Where things are")[2].partition("## How a fact")[0]
    assert [name for name in first_cells(section) if not (ROOT / name).exists()] == []


# Every page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {anchor(title) for title in titles}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_promises_what_nobody_proved_or_names_a_machine(page: Path) -> None:
    assert FORBIDDEN.findall(page.read_text(encoding="utf-8")) == []


def test_a_forbidden_word_is_found() -> None:
    assert FORBIDDEN.search("fully Compliant")
    assert FORBIDDEN.search("see /root/notes")
