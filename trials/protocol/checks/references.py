"""Names that must lead somewhere: forms, arms, visits, choice lists, scales, analytes, items, missing codes."""

from collections.abc import Collection, Iterable, Iterator

from trials.protocol.problem import Problem
from trials.protocol.tree import suggestion
from trials.protocol.view import View, Word, blocks, groups


def known(root: View, key: str, name: str = "id") -> set[str]:
    """The ids of a list of parts."""
    return {part.text(name) for part in root.parts(key)}


def check(root: View) -> Iterator[Problem]:
    """Every reference that leads nowhere, with the nearest name that exists."""
    yield from _to_forms(root)
    yield from _to_arms(root)
    yield from _to_items(root)
    yield from _to_infusion_items(root)
    for form in root.parts("forms"):
        yield from _from_items(root, form)
        yield from _from_checks(form)


INFUSION_ITEMS = {
    "date_item": {"date"},
    "start_item": {"time"},
    "end_date_item": {"date"},
    "stop_item": {"time"},
    "dose_item": {"cells"},
    "volume_item": {"decimal", "integer"},
}
"""What names an item of the administration form, and the kinds that such an item may be of."""


def _missing(words: Iterable[Word | None], names: Collection[str], what: str) -> Iterator[Problem]:
    for word in words:
        if word is not None and word.text not in names:
            yield word.problem(f"There is no {what} `{word.text}`{suggestion(word.text, names)}")


def form_references(root: View) -> Iterator[Word]:
    """Every place that names a form."""
    schedule, infusions, events = root.part("schedule"), root.part("infusions"), root.part("adverse_events")
    screening, consent = root.part("screening"), root.part("consent")
    if screening:
        yield from screening.words("forms")
    if consent:
        yield from consent.words("after_withdrawal")
    if schedule:
        for visit in schedule.parts("visits"):
            yield from visit.words("forms")
        unscheduled = schedule.part("unscheduled")
        yield from unscheduled.words("forms") if unscheduled else ()
        yield from schedule.words("logs")
    named = infusions.part("forms") if infusions else None
    words = [named.word("administration"), named.word("preparation")] if named else []
    words.append(events.word("form") if events else None)
    yield from (word for word in words if word)


def _to_forms(root: View) -> Iterator[Problem]:
    yield from _missing(form_references(root), known(root, "forms"), "form")


def _to_arms(root: View) -> Iterator[Problem]:
    arms, schedule, infusions = known(root, "arms", "code"), root.part("schedule"), root.part("infusions")
    for visit in schedule.parts("visits") if schedule else []:
        yield from _missing(visit.words("arms"), arms, "arm")
    yield from _missing(infusions.words("arms") if infusions else [], arms, "arm")


def _to_items(root: View) -> Iterator[Problem]:
    """References of the form `FORM.ITEM`, and the items of the adverse-event form."""
    forms = {form.text("id"): {item.text("id"): item for item, _ in blocks(form)} for form in root.parts("forms")}
    demographics, events = root.part("demographics"), root.part("adverse_events")
    references = [word for outcome in root.parts("outcomes") for word in outcome.words("measured")]
    if demographics:
        pairs = (("birth_date", {"date", "partial_date"}), ("sex", {"choice"}))
        for key, kinds in pairs:
            word = demographics.word(key)
            if word is None:
                continue
            references.append(word)
            form_id, _, item_id = word.text.partition(".")
            item = forms.get(form_id, {}).get(item_id)
            if item is not None and item.text("kind") not in kinds:
                yield word.problem(f"`{word.text}` must be of kind {' or '.join(sorted(kinds))}")
    for word in references:
        form_id, dot, item_id = word.text.partition(".")
        if form_id not in forms:
            yield word.problem(f"There is no form `{form_id}`{suggestion(form_id, forms)}")
        elif dot and item_id not in forms[form_id]:
            hint = suggestion(item_id, forms[form_id])
            yield word.problem(f"The form `{form_id}` has no item `{item_id}`{hint}")
    if events and events.text("form") in forms:
        items = forms[events.text("form")]
        keys = ("grade_item", "term_item", "onset_item", "end_item")
        yield from _missing([events.word(key) for key in keys], items, f"item of the form `{events.text('form')}`")
        scale, graded = events.word("scale"), items.get(events.text("grade_item"))
        yield from _missing([scale], dict(root.named("scales")), "scale")
        if scale and graded and graded.text("scale") != scale.text:
            yield scale.problem(f"The item `{graded.text('id')}` does not use the scale `{scale.text}`")


def _to_infusion_items(root: View) -> Iterator[Problem]:
    """The items of the administration form: there, of the right kind, and outside repeating groups."""
    infusions = root.part("infusions")
    named = infusions.part("forms") if infusions else None
    form_id = named.text("administration") if named else ""
    form = next((form for form in root.parts("forms") if form.text("id") == form_id), None)
    if infusions is None or form is None:
        return
    items = {item.text("id"): item for item, group in blocks(form) if group is None}
    for key, kinds in INFUSION_ITEMS.items():
        word = infusions.word(key)
        yield from _missing([word], items, f"item of the form `{form_id}`")
        item = items.get(word.text) if word else None
        if word and item is not None and item.text("kind") not in kinds:
            yield word.problem(f"`{word.text}` must be of kind {' or '.join(sorted(kinds))}")
        elif word and item is not None and key == "volume_item" and item.text("unit") != "mL":
            yield word.problem(f"`{word.text}` must be in mL, as the planned volume is")


def _from_items(root: View, form: View) -> Iterator[Problem]:
    choices, scales = dict(root.named("choices")), dict(root.named("scales"))
    analytes = {part.text("id"): part for part in root.parts("analytes")}
    missing = known(root, "missing", "code")
    for item, _ in blocks(form):
        yield from _missing([item.word("choices")], choices, "choice list")
        yield from _missing([item.word("scale")], scales, "scale")
        yield from _missing([item.word("analyte")], analytes, "analyte")
        yield from _missing(item.words("missing"), missing, "missing code")
        analyte = analytes.get(item.text("analyte"))
        if analyte:
            units = {unit.text("unit") for unit in analyte.parts("units")}
            yield from _missing(item.words("units"), units, f"unit of `{analyte.text('id')}`")


def _from_checks(form: View) -> Iterator[Problem]:
    top = {item.text("id") for item, group in blocks(form) if group is None}
    for one in form.parts("checks"):
        yield from _missing(one.words("items"), top, "item outside repeating groups")
    for group in groups(form):
        row = {item.text("id") for item in group.parts("items")}
        for one in group.parts("checks"):
            yield from _missing(one.words("items"), row, f"item of the group `{group.text('group')}`")
