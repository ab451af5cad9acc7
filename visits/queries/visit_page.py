"""The page of one visit: its forms with their state, and the deviations on record."""

from dataclasses import dataclass
from typing import Any

from edc.access.actor import Actor
from edc.access.roles import Permission
from visits.models import Cell, Deviation, Visit
from visits.queries.classes import hidden_classes
from visits.queries.places import forms_at
from visits.queries.subject_page import entry_url
from visits.rules.slots import visit_slot


@dataclass
class VisitPage:
    """What the page draws besides the visit itself."""

    forms: list[dict[str, Any]]
    deviations: list[Deviation]


def visit_page(actor: Actor, visit: Visit) -> VisitPage:
    """The forms of a visit that the actor may read, and its deviations; two statements."""
    subject = visit.subject
    protocol = subject.site.protocol_version.protocol
    scope = subject.scope()
    cells: dict[str, Cell] = {}
    forms: list[dict[str, Any]] = []
    if actor.may(Permission.ENTRY_VIEW, scope):
        cells = {cell.slot: cell for cell in Cell.objects.filter(visit=visit)}
        hidden = hidden_classes(actor, scope)
        for form_id in forms_at(protocol, visit_slot(visit.code, visit.sequence, "X")):
            form = protocol.form(form_id)
            if form.class_ in hidden:
                continue
            slot = visit_slot(visit.code, visit.sequence, form_id)
            cell = cells.get(str(slot))
            forms.append(
                {
                    "title": form.title.text(),
                    "href": entry_url(subject, slot),
                    "status": cell.status if cell else "empty",
                    "progress": f"{cell.answered} of {cell.expected} entered" if cell else "",
                    "queries": cell.open_queries if cell else 0,
                }
            )
    seen = actor.may(Permission.DEVIATION_VIEW, scope)
    return VisitPage(forms, list(Deviation.objects.filter(visit=visit, withdrawn=False).order_by("id")) if seen else [])
