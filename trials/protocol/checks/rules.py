"""Rules: each is compiled, and a mistake in it is shown at its own place in the file."""

from collections.abc import Iterator
from dataclasses import dataclass

from trials.protocol.names import KIND_TYPES, SINGLE, FormOutline, Names, Outline
from trials.protocol.problem import Problem
from trials.protocol.source import Scalar
from trials.protocol.tree import suggestion
from trials.protocol.view import View, Word, blocks, groups
from trials.rules.expression import Expression, ExpressionError, Type, compile_expression


def outline(root: View) -> Outline:
    """The outline of the forms in a tree."""
    forms = {}
    for form in root.parts("forms"):
        found = FormOutline(form.text("repeating") != "log" and form.text("about", "visit") in SINGLE)
        for item, group in blocks(form):
            held = found.items if group is None else found.groups.setdefault(group.text("group"), {})
            held[item.text("id")] = item.text("kind")
        forms[form.text("id")] = found
    return Outline(forms, root.has("demographics"))


@dataclass(frozen=True)
class _Names:
    """The names of one place, and the codes that each choice among them may have."""

    types: Names
    codes: dict[str, set[str]]
    broken: set[str]


def check(root: View) -> Iterator[Problem]:
    """Every rule of the file."""
    found = outline(root)
    codes = _codes(root)
    for form in root.parts("forms"):
        yield from _form(form, found, codes)
    everywhere = _names(found, codes)
    screening = root.part("screening")
    at_screening = {word.text for word in screening.words("forms")} if screening else set()
    for criterion in root.parts("eligibility"):
        word = criterion.word("rule")
        yield from _unscreened(word, _compiled(word, everywhere), at_screening, everywhere)
    events = root.part("adverse_events")
    if events:
        here = _names(found, codes, events.text("form"))
        yield from _problems(events.word("serious"), here)


def _form(form: View, found: Outline, codes: dict[str, set[str]]) -> Iterator[Problem]:
    form_id = form.text("id")
    here = _names(found, codes, form_id)
    shows: dict[str, tuple[Word, frozenset[str]]] = {}
    for section in form.parts("sections"):
        yield from _problems(section.word("show"), here)
    for item, group in blocks(form):
        names = here if group is None else _names(found, codes, form_id, group.text("group"))
        show, required = item.word("show"), item.word("required")
        yield from _problems(show, names)
        compiled = _compiled(show, names)
        if show and isinstance(compiled, Expression):
            shows[item.text("id")] = (show, compiled.reads)
        if required and isinstance(required.node.plain(), str):
            yield from _problems(required, names)
    for one in form.parts("checks"):
        yield from _problems(one.word("when"), here)
    for group in groups(form):
        yield from _problems(group.word("show"), here)
        names = _names(found, codes, form_id, group.text("group"))
        for one in group.parts("checks"):
            yield from _problems(one.word("when"), names)
    yield from _circles(shows)


def _circles(shows: dict[str, tuple[Word, frozenset[str]]]) -> Iterator[Problem]:
    """Items whose showing depends, over other items, on their own answer: they could never be answered."""
    for start, (word, reads) in shows.items():
        seen: set[str] = set()
        todo = list(reads)
        while todo:
            name = todo.pop()
            if name == start:
                yield word.problem(f"Whether `{start}` is shown depends on its own answer")
                break
            if name in shows and name not in seen:
                seen.add(name)
                todo += shows[name][1]


def _codes(root: View) -> dict[str, set[str]]:
    """The codes of each choice item, by its qualified name."""
    lists = {name: {one.text("code") for one in part.parts("options")} for name, part in root.named("choices")}
    scales = {name: {one.text("grade") for one in part.parts("grades")} for name, part in root.named("scales")}
    codes: dict[str, set[str]] = {"subject.site": {site.text("code") for site in root.parts("sites")}}
    for form in root.parts("forms"):
        for item, _ in blocks(form):
            allowed = lists.get(item.text("choices")) or scales.get(item.text("scale"))
            if allowed:
                codes[f"{form.text('id')}.{item.text('id')}"] = allowed
    demographics = root.part("demographics")
    sex = demographics.text("sex") if demographics else ""
    if sex in codes:
        codes["subject.sex"] = codes[sex]
    return codes


def _names(found: Outline, codes: dict[str, set[str]], form_id: str = "", group: str | None = None) -> _Names:
    types = found.within(form_id, group)
    own = {name.partition(".")[2]: one for name, one in codes.items() if name.startswith(f"{form_id}.")}
    broken = set()
    for name, form in found.forms.items():
        kinds = {**form.items, **(form.groups.get(group or "", {}) if name == form_id else {})}
        for item, kind in kinds.items():
            if kind not in KIND_TYPES:
                broken.add(item if name == form_id else f"{name}.{item}")
    return _Names(types, {**codes, **own}, broken)


def _compiled(word: Word | None, names: _Names) -> Expression | ExpressionError | None:
    if word is None or any(name in word.text for name in names.broken):
        return None  # an item with a mistake of its own is reported there
    try:
        return compile_expression(word.text, names.types, Type.BOOL)
    except ExpressionError as error:
        return error


def _problems(word: Word | None, names: _Names) -> Iterator[Problem]:
    compiled = _compiled(word, names)
    if word is None or compiled is None:
        return
    if isinstance(compiled, ExpressionError):
        yield _at(word.node, compiled.offset, compiled.message)
        return
    for use in compiled.codes:
        allowed = names.codes.get(use.name)
        if allowed is not None and use.code not in allowed:
            message = f"`{use.code}` is no answer of `{use.name}`{suggestion(use.code, allowed)}"
            yield _at(word.node, use.offset, message)


def _unscreened(
    word: Word | None, compiled: Expression | ExpressionError | None, at_screening: set[str], names: _Names
) -> Iterator[Problem]:
    yield from _problems(word, names)
    if word is None or not isinstance(compiled, Expression):
        return
    for name in sorted(compiled.reads):
        form_id = name.partition(".")[0]
        if form_id != "subject" and form_id not in at_screening:
            message = f"`{name}` is not entered at screening; add the form `{form_id}` to the screening forms"
            yield _at(word.node, max(word.text.find(name), 0), message)


def _at(node: Scalar, offset: int, message: str) -> Problem:
    return node.place(offset).problem(message.removesuffix("."))
