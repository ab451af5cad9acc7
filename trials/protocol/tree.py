"""Finds the place of a part in the tree of a protocol file, and the keys that a part may have."""

import difflib
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

from trials.protocol.source import Mapping, Mark, Node, Scalar
from trials.protocol.source import Sequence as ListNode

Location = Sequence[str | int]


def find(root: Node, location: Location) -> tuple[Node, Mark]:
    """The node at a location, as deep as the tree goes, and the mark to show for it.

    The names that pydantic adds for the branch of a union (`<item>`) are stepped over.
    """
    node, mark = root, root.mark
    for step in location:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.values:
            mark = node.keys[step]
            node = node.values[step]
        elif isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            mark = node.mark
        elif isinstance(step, str) and step.startswith("<"):
            continue
        else:
            break
    return node, mark


def value_mark(root: Node, location: Location) -> Mark:
    """The place of a value: the value itself, or its key when there is no value or it begins further down."""
    node, mark = find(root, location)
    return node.mark if isinstance(node, Scalar) and node.text and node.style not in {"|", ">"} else mark


def key_mark(root: Node, location: Location) -> Mark:
    """The place of a key, for problems about the key and not about its value."""
    return find(root, location)[1]


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    if not near:
        lowered = {one.lower(): one for one in known}
        near = [lowered[word.lower()]] if word.lower() in lowered else []
    return f"; did you mean `{near[0]}`?" if near else ""


def keys_at(model: type[BaseModel], location: Location) -> dict[str, bool]:
    """The keys that the part at this location may have, and whether each is needed."""
    current: Any = model
    for step in location:
        tagged = isinstance(step, str) and step.startswith("<")
        current = _branch(current, str(step)) if tagged else _inside(current, step)
        if current is None:
            return {}
    for found in _models(current):
        return {field.alias or name: field.is_required() for name, field in found.model_fields.items()}
    return {}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [] if issubclass(annotation, RootModel) else [annotation]
    if get_origin(annotation) in {Annotated, Union, UnionType}:
        return [one for part in get_args(annotation) for one in _models(part)]
    return []


def _inside(annotation: Any, step: str | int) -> Any:
    """The annotation of what lies one step deeper."""
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if (field.alias or name) == step:
                return field.annotation
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is tuple and isinstance(step, int):
        return parts[0]
    if origin is dict and isinstance(step, str):
        return parts[1]
    if origin in {Annotated, Union, UnionType}:
        found = (_inside(part, step) for part in parts if not isinstance(part, str))
        return next((one for one in found if one is not None), None)
    return None


def _branch(annotation: Any, tag: str) -> Any:
    """The branch of a union that carries this tag."""
    for part in get_args(annotation):
        if any(getattr(one, "tag", None) == tag for one in getattr(part, "__metadata__", ())):
            return part
        if get_args(part):
            found = _branch(part, tag)
            if found is not None:
                return found
    return None
