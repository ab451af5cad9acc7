"""Brings the shared parts of the library into a protocol file, by name."""

import re
from pathlib import Path

from trials.protocol.problem import Problem
from trials.protocol.schema.base import WORD
from trials.protocol.source import Mapping, Node, Scalar, Sequence, parse, read_source
from trials.protocol.tree import suggestion

SHIPPED = Path(__file__).resolve().parent.parent / "protocols" / "library"
BY_NAME = ("choices", "scales")
BY_ID = ("analytes", "forms")
_REFERENCES = {"choices": "choices", "scale": "scales", "analyte": "analytes"}


def merge(root: Mapping, folder: Path) -> list[Problem]:
    """Add the parts that the file asks for and uses; say what is not found or is there twice."""
    wanted = root.values.get("library")
    if not isinstance(wanted, Sequence):
        return []
    problems: list[Problem] = []
    for entry in wanted.items:
        if not isinstance(entry, Scalar) or not re.fullmatch(WORD, entry.text):
            continue
        place = next((at / f"{entry.text}.yaml" for at in (folder, SHIPPED) if _exists(at, entry.text)), None)
        if place is None:
            known = sorted({one.stem for at in (folder, SHIPPED) if at.is_dir() for one in at.glob("*.yaml")})
            message = f"The library has no part `{entry.text}`{suggestion(entry.text, known)}"
            problems.append(entry.mark.problem(message))
            continue
        source, found = read_source(place, f"library/{place.name}")
        problems += found
        if found:
            continue
        tree, found = parse(source)
        problems += found
        if isinstance(tree, Mapping):
            problems += _merge_one(root, tree)
        elif tree is not None:
            problems.append(tree.mark.problem("A library file begins with keys such as `analytes:`"))
    return problems + _keep_what_is_used(root)


def _exists(folder: Path, name: str) -> bool:
    return (folder / f"{name}.yaml").is_file()


def _merge_one(root: Mapping, tree: Mapping) -> list[Problem]:
    problems = []
    for key, value in tree.values.items():
        if key not in BY_NAME + BY_ID:
            known = ", ".join(BY_NAME + BY_ID)
            problems.append(tree.keys[key].problem(f"`{key}` does not belong in a library file; it may hold {known}"))
        elif key in BY_NAME and isinstance(value, Mapping):
            problems += _add_named(root, key, value)
        elif key in BY_ID and isinstance(value, Sequence):
            problems += _add_listed(root, key, value)
        else:
            problems.append(value.mark.problem(f"`{key}` must be {'keys' if key in BY_NAME else 'a list'}"))
    return problems


def _twice(here: Node, name: str, there: Node) -> Problem:
    mark = here.mark
    where = f"{there.mark.source.path}:{there.mark.line + 1}"
    return mark.problem(f"`{name}` is in the library too ({where}); give one of the two another name")


def _add_named(root: Mapping, key: str, parts: Mapping) -> list[Problem]:
    target = root.values.setdefault(key, Mapping(parts.mark))
    root.keys.setdefault(key, parts.mark)
    if not isinstance(target, Mapping):
        return []
    problems = []
    for name, part in parts.values.items():
        if name in target.values:
            problems.append(_twice(target.values[name], name, part))
        else:
            target.values[name] = part
            target.keys[name] = parts.keys[name]
    return problems


def identity(node: Node) -> str | None:
    """The `id` of a listed part, when it has one."""
    found = node.values.get("id") if isinstance(node, Mapping) else None
    return found.text if isinstance(found, Scalar) else None


def _add_listed(root: Mapping, key: str, parts: Sequence) -> list[Problem]:
    target = root.values.setdefault(key, Sequence(parts.mark))
    root.keys.setdefault(key, parts.mark)
    if not isinstance(target, Sequence):
        return []
    present = {identity(one): one for one in target.items}
    problems = []
    for part in parts.items:
        name = identity(part)
        if name is not None and name in present and part.mark.source is not present[name].mark.source:
            problems.append(_twice(present[name], name, part))
        else:
            target.items.append(part)
    return problems


def _keep_what_is_used(root: Mapping) -> list[Problem]:
    """Leave out library parts that no item names, so that they do not change the protocol's hash."""
    used: dict[str, set[str]] = {"choices": set(), "scales": set(), "analytes": set()}
    for key in ("forms", "adverse_events"):
        if key in root.values:
            _collect(root.values[key], used)
    own = root.mark.source
    for key in BY_NAME:
        named = root.values.get(key)
        if isinstance(named, Mapping):
            for name in [one for one, node in named.values.items() if node.mark.source is not own]:
                if name not in used[key]:
                    del named.values[name], named.keys[name]
    listed = root.values.get("analytes")
    if isinstance(listed, Sequence):
        listed.items = [
            one for one in listed.items if one.mark.source is own or (identity(one) or "") in used["analytes"]
        ]
    return []


def _collect(node: Node, used: dict[str, set[str]]) -> None:
    if isinstance(node, Mapping):
        for key, value in node.values.items():
            if key in _REFERENCES and isinstance(value, Scalar):
                used[_REFERENCES[key]].add(value.text)
            else:
                _collect(value, used)
    elif isinstance(node, Sequence):
        for item in node.items:
            _collect(item, used)
