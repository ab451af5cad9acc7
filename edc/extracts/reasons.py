"""Reasons that stay behind: a reason may repeat the value that it explains, and is left out where that value is."""

from uuid import UUID

from django.db.models import QuerySet

from edc.audit.models import Act
from edc.exports.description import Information
from trials.reading import Reading
from visits.models import Deviation, Entry, Query

_ANSWERS = "values."


def untold(of: Reading, acts: QuerySet[Act]) -> frozenset[UUID]:
    """The acts whose reason this reader may not have: they changed, or tried to change, what is withheld from them."""
    hidden = [one.value for one in (Information.IDENTIFYING, Information.UNBLINDING) if not of.includes(one)]
    if not hidden:
        return frozenset()
    forms = {name.partition(".")[0] for name in of.withheld}
    saved = of.rows(Entry.history.model).filter(form__in=forms).exclude(act__reason="")
    found = {
        act
        for act, form, changes in of.stream(saved, "act_id", "form", "changes")
        if any(_is_withheld(of, form, path.removeprefix(_ANSWERS)) for path in changes if path.startswith(_ANSWERS))
    }
    for model in (Query, Deviation):
        said = of.rows(model.history.model).filter(blinding__in=hidden).exclude(act__reason="")
        found |= {act for (act,) in of.stream(said, "act_id")}
    tried = acts.filter(outcome=Act.Outcome.REFUSED, form__in=forms).exclude(reason="")
    for act, form, detail in of.stream(tried, "id", "form", "detail"):
        paths = {*(detail.get("attempted") or {}), *(detail.get("errors") or {})}
        if any(_is_withheld(of, form, path) for path in paths):
            found.add(act)
    return frozenset(found)


def _is_withheld(of: Reading, form: str, path: str) -> bool:
    return f"{form}.{path.rpartition('.')[2]}" in of.withheld
