"""What is allowed but worth a thought: assumed parts, lists that nobody uses, labels without a language."""

from collections.abc import Iterator

from trials.protocol.problem import Problem
from trials.protocol.source import Mapping, Mark, Node, Scalar, Sequence
from trials.protocol.view import View, blocks

LABELS = frozenset(
    (
        *("label", "title", "short_title", "hint", "text", "message", "definition", "question"),
        *("description", "summary", "serious_words", "name"),
    )
)


def check(root: View) -> Iterator[Problem]:
    """Warnings about the file as a whole."""
    found = list(_walk(root.node))
    marks = [mark for key, mark, node in found if key == "assumed" and _says(node)]
    if marks:
        many = f"{len(marks)} parts are" if len(marks) > 1 else "One part is"
        yield marks[0].problem(f"{many} assumed: the registry does not say it (this is the first)", "warning")
    yield from _unused(root)
    trial = root.part("trial")
    languages = [word.text for word in trial.words("languages")] if trial else []
    for key, mark, node in found:
        if key in LABELS and isinstance(node, Mapping) and languages:
            lacking = [one for one in languages if one not in node.values]
            if lacking:
                yield mark.problem(f"`{key}` has no words in {', '.join(lacking)}", "warning")


def _says(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain() not in {None, False}


def _walk(start: Node) -> Iterator[tuple[str, Mark, Node]]:
    todo = [start]
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            for key, value in node.values.items():
                yield key, node.keys[key], value
            todo += reversed(node.values.values())
        elif isinstance(node, Sequence):
            todo += reversed(node.items)


def _unused(root: View) -> Iterator[Problem]:
    items = [item for form in root.parts("forms") for item, _ in blocks(form)]
    events = root.part("adverse_events")
    used = {
        "choices": {item.text("choices") for item in items},
        "scales": {item.text("scale") for item in items} | {events.text("scale") if events else ""},
    }
    for key, what in (("choices", "choice list"), ("scales", "scale")):
        for name, part in root.named(key):
            if name not in used[key]:
                mark = root.node.values[key].keys[name]  # type: ignore[union-attr]  # `named` is made of mappings
                yield mark.problem(f"No item uses the {what} `{name}`", "warning")
            del part
    analytes = {item.text("analyte") for item in items}
    for part in root.parts("analytes"):
        if part.text("id") not in analytes:
            yield part.problem("id", f"No item uses the analyte `{part.text('id')}`", "warning")
