"""Every operation has a right, a sentence, an actor, and nothing that gets round them."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from edc.access.door import OPERATIONS, OperationFacts
from edc.access.roles import ROLES, Permission

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("edc", "trials", "visits", "adverse_events")
    for path in (ROOT / package).rglob("*.py")
    if "operations" in path.relative_to(ROOT).with_suffix("").parts
)
for module in MODULES:
    importlib.import_module(module.removesuffix(".__init__"))
FACTS = sorted(OPERATIONS.values(), key=lambda facts: facts.name)
# The system alone may do these: nobody's role has them.
OF_THE_SYSTEM = {Permission.REMIND, Permission.ACCOUNT_OWN}


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts.name)
def test_has_a_right_that_somebody_holds_and_a_sentence_for_the_trail(facts: OperationFacts) -> None:
    held = {permission for role in ROLES.values() for permission in role.permissions}
    assert facts.permission in held | OF_THE_SYSTEM
    assert facts.sentence[0].isupper()
    assert not facts.sentence.endswith(".")
    assert facts.blinding in {"open", "unblinding"}


def test_every_permission_is_used_or_asked_for() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for package in ("edc", "trials", "visits", "adverse_events")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "roles.py"
    )
    unused = {permission.name for permission in Permission if f"Permission.{permission.name}" not in sources}
    # Held for the blinded trials, whose pages come with allocation lists.
    assert unused <= {"EVENT_ASSESS", "UNBLINDED_VIEW"}


@pytest.mark.parametrize("module", MODULES)
def test_is_keyword_only_and_takes_an_actor_and_a_reason(module: str) -> None:
    found = importlib.import_module(module.removesuffix(".__init__"))
    for name, thing in vars(found).items():
        facts = getattr(thing, "facts", None)
        if not isinstance(facts, OperationFacts) or thing.__module__ != found.__name__:
            continue
        parameters = inspect.signature(thing).parameters
        assert {"by", "reason"} <= parameters.keys(), name
        assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in parameters.values()), name
        assert facts.on is None or facts.on in parameters, name
        assert "password" not in parameters or not facts.weighty, name
        assert inspect.getdoc(thing), name


def test_nothing_but_the_door_opens_a_transaction_around_facts() -> None:
    """`atomic` elsewhere would let a fact be saved in a transaction of its own. Exceptions are named with reasons."""
    allowed = {
        "edc/access/door.py": "the door itself",
        "edc/audit/triggers.py": "triggers are put back in one piece",
        "edc/audit/management/commands/audit_triggers.py": "the same, by hand",
        "edc/audit/logins.py": "a log-in is an act that Django's signal reports",
        "edc/trail/downloads.py": "a download reads one moment",
        "edc/audit/checkpoints.py": "a checkpoint reads all heads at one moment",
        "edc/audit/verification/__init__.py": "a verification reads one moment",
        "edc/extracts/making.py": "an extract reads one moment, on the connection that cannot write",
    }
    found = set()
    for package in ("edc", "trials", "visits", "adverse_events"):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if any(isinstance(node, ast.Attribute) and node.attr == "atomic" for node in ast.walk(tree)):
                found.add(str(path.relative_to(ROOT)))
    assert found <= allowed.keys()
