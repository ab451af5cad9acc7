"""Imports point down, between the apps and inside each of them.

The order is read from the source, so an import that would only fail at run time is found too.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("edc", "trials", "visits", "adverse_events")

# From the bottom up; modules on one line do not import each other. What is not named here is the top: it sees all.
APPS: tuple[tuple[str, ...], ...] = (
    ("edc.errors", "edc.clock", "edc.text"),
    ("edc.audit",),
    ("edc.access",),
    ("edc.exports", "edc.jobs", "edc.rest"),
    ("trials",),
    ("visits",),
    ("adverse_events",),
)
INSIDE: tuple[tuple[str, ...], ...] = (
    ("rules", "protocol"),
    ("models",),
    ("queries",),
    ("operations",),
    ("forms", "serializers"),
    ("views", "viewsets"),
    ("urls",),
)
RULES, MODELS, FORMS = 0, 1, 4
FRAMEWORKS = (
    *("django", "rest_framework", "drf_spectacular", "simple_history", "celery", "allauth", "axes", "knox", "csp"),
)
# module: packages that are not installed everywhere, so that importing them must wait for the call.
OPTIONAL_EXTRAS: dict[str, set[str]] = {}


@dataclass(frozen=True)
class Import:
    """One import statement's target, and where it stands."""

    module: str
    line: int
    in_function: bool


def modules_under(root: Path) -> dict[str, Path]:
    """Return every module of the project with its file, migrations aside."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(module: str, path: Path, modules: dict[str, Path]) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        # Django lets models be imported only once every app is known: in `ready`.
        and not (path.name == "apps.py" and getattr(function, "name", "") == "ready")
        for node in ast.walk(function)
    }
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, id(node) in inner)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base] if base else up)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield Import(whole if whole in modules else base, node.lineno, id(node) in inner)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            # An import by name is an import.
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    yield Import(str(argument.value), node.lineno, id(node) in inner)


def app_of(module: str) -> tuple[int, str]:
    """Return how high the module's app stands, and the app's name."""
    for rank, names in enumerate(APPS):
        for name in names:
            if module == name or module.startswith(f"{name}."):
                return rank, name
    return len(APPS), "the top"


def layer_of(module: str, app: str, found: list[Import]) -> int | None:
    """Return how high the module stands inside its app, or None where the design gives it no layer."""
    if ".management." in module:
        return None  # a command stands above all layers, whatever it is called
    for part in module.removeprefix(app).strip(".").split("."):
        for rank, names in enumerate(INSIDE):
            if part in names:
                # In visits/forms the kinds are rules: they parse and check without Django, for pages and API alike.
                return RULES if rank == FORMS and is_pure(app, found) else rank
    return None


def is_pure(app: str, found: list[Import]) -> bool:
    above = tuple(f"{app}.{name}" for names in INSIDE[MODELS:] for name in names if name != "forms")
    return not any(each.module.split(".")[0] in FRAMEWORKS or each.module.startswith(above) for each in found)


def violations(root: Path) -> list[str]:
    """Return every import that does not point down, as file:line and a sentence."""
    modules = modules_under(root)
    imports = {name: list(imports_of(name, path, modules)) for name, path in modules.items()}
    return [
        f"{modules[module].relative_to(root)}:{each.line}: {complaint}"
        for module, found in imports.items()
        for each in found
        for complaint in complaints(module, each, imports)
    ]


def complaints(module: str, each: Import, imports: dict[str, list[Import]]) -> Iterator[str]:
    root_name = each.module.split(".")[0]
    rank, app = app_of(module)
    layer = layer_of(module, app, imports[module])
    if each.in_function and root_name not in OPTIONAL_EXTRAS.get(module, set()):
        yield f"{each.module} is imported inside a function"
    if layer == RULES and root_name in FRAMEWORKS:
        yield f"a rule imports {root_name}"
    if root_name not in PACKAGES or each.module == "edc":
        return
    its_rank, its_app = app_of(each.module)
    if its_app != app:
        if its_rank >= rank:
            yield f"{app} imports {each.module} of {its_app}, which does not stand below it"
        if layer == RULES and layer_of(each.module, its_app, imports.get(each.module, [])) not in {RULES, None}:
            yield f"a rule imports {each.module}, which is no rule"
        return
    its_layer = layer_of(each.module, its_app, imports.get(each.module, []))
    if layer is None or each.module == app:
        return
    if its_layer is None:
        if layer <= MODELS and rank >= app_of("trials")[0]:
            yield f"{INSIDE[layer][0]} import {each.module}, which has no layer"
    elif its_layer > layer:
        yield f"{INSIDE[layer][0]} import {each.module} of the {INSIDE[its_layer][0]} above"


def test_imports_point_down() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("trials/models.py", "from visits import models", "does not stand below"),
        ("trials/models.py", "import visits.models", "does not stand below"),
        ("edc/audit/models.py", "from edc.access import models", "does not stand below"),
        ("edc/audit/models.py", "from ..access import models", "does not stand below"),
        ("edc/clock.py", "from edc.errors import EdcError", "does not stand below"),
        ("visits/models.py", "from edc.settings import DEBUG", "does not stand below"),
        ("visits/rules/window.py", "from django.utils import timezone", "a rule imports django"),
        ("visits/rules/window.py", "from trials.models import Subject", "which is no rule"),
        ("visits/rules/window.py", "from visits.models import Visit", "of the models above"),
        ("visits/models.py", "from visits.queries import due", "of the queries above"),
        ("visits/queries.py", "from visits.operations import entry", "of the operations above"),
        ("visits/operations/entry.py", "from visits.views import page", "of the views above"),
        ("visits/operations/entry.py", "from visits.forms.page import Page", "of the forms above"),
        ("visits/forms/page.py", "from visits.views import page\nimport django", "of the views above"),
        ("visits/views/page.py", "from visits.urls import urlpatterns", "of the urls above"),
        ("visits/operations/entry.py", "def save():\n    from trials import models", "inside a function"),
        ("visits/operations/entry.py", "def save():\n    import_module('trials.models')", "inside a function"),
        ("trials/apps.py", "def ready(self):\n    from visits import models", "does not stand below"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, path: str, source: str, complaint: str) -> None:
    plant(tmp_path, path, source)
    (found,) = violations(tmp_path)
    assert complaint in found
    assert found.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("visits/operations/entry.py", "from visits.forms.kinds import read"),
        ("visits/operations/entry.py", "from trials.operations import subject"),
        ("visits/models.py", "from trials.models import Subject"),
        ("visits/rules/window.py", "from trials.rules import calendar"),
        ("edc/audit/models.py", "from edc import clock, __version__"),
        ("edc/urls.py", "from visits.views import page"),
        ("visits/apps.py", "def ready(self):\n    from trials import models"),
    ],
)
def test_an_import_that_points_down_is_left_alone(tmp_path: Path, path: str, source: str) -> None:
    plant(tmp_path, path, source)
    assert violations(tmp_path) == []


def plant(root: Path, path: str, source: str) -> None:
    """Lay out a small project with one module of each layer, and the given source in one of them."""
    skeleton = {
        "edc/__init__.py": "",
        "edc/clock.py": "",
        "edc/errors.py": "",
        "edc/settings.py": "",
        "edc/urls.py": "",
    }
    skeleton |= {f"edc/{app}/{file}": "" for app in ("audit", "access") for file in ("__init__.py", "models.py")}
    for app in ("trials", "visits"):
        skeleton |= {
            f"{app}/{name}.py": ""
            for name in ("__init__", "models", "queries", "urls", "rules/calendar", "rules/window")
        }
        skeleton |= {f"{app}/{name}.py": "" for name in ("operations/entry", "operations/subject", "views/page")}
    skeleton |= {"visits/forms/page.py": "import django", "visits/forms/kinds.py": "import decimal"}
    for name, text in (skeleton | {path: source}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
