"""The page of one form: what is saved or typed, seen through the form's rules, and what stands beside each item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotAllowed, NotVisible
from trials.models import ProtocolVersion
from trials.protocol.schema.forms import Form
from visits.forms.answer import Answer, Context
from visits.forms.binding import Bound, bind, review
from visits.forms.kinds import KINDS
from visits.forms.sheet import read_post
from visits.forms.values import answers_of
from visits.models import Cell, Draft, Entry, Query
from visits.queries.places import Place, context_for, form_at, forms_at, why_closed
from visits.queries.telling import is_shown
from visits.queries.values import LONG_TEXTS
from visits.rules.slots import Slot, infusion_slot, log_slot, visit_slot

COMPARED = frozenset({"lab", "integer", "decimal", "cells"})
"""Kinds of items beside which the value of the visit before stands."""
LAST_ENTRIES = 5
"""Entries of a site that are looked at for the units its laboratory reports in."""


@dataclass
class EntryPage:
    """All that the page of a form draws, but for addresses."""

    place: Place
    version: ProtocolVersion
    form: Form
    entry: Entry | None
    context: Context
    bound: Bound
    closed: str
    """Why nothing can be entered here, in words, or ''."""
    may_write: bool
    draft: Draft | None = None
    from_draft: bool = False
    previous: dict[str, str] = field(default_factory=dict)
    """The values of the visit before, in words, by path."""
    units: dict[str, str] = field(default_factory=dict)
    """The unit chosen beforehand for a blank laboratory value, by path."""
    queries: dict[str, list[Query]] = field(default_factory=dict)
    """Queries that are not closed, by path."""
    following: Slot | None = None
    """The next form of the same visit."""
    base_revision: int = 0

    @property
    def saved(self) -> Entry | None:
        """The entry, unless it was withdrawn."""
        return self.entry if self.entry is not None and not self.entry.withdrawn else None


def entry_page(
    actor: Actor, place: Place, typed: QueryDict | None = None, *, with_draft: bool = False, permission: Permission
) -> EntryPage:
    """Read everything for the page of a form: as saved, as typed just now, or as a draft was left.

    Items of a class that the actor may not see are withheld: their values are in no part of the page. Raises
    `NotVisible` where the protocol has no such form, and `NotAllowed` where the form is not for this role.
    """
    scope = place.subject.scope()
    if not actor.may(Permission.ENTRY_VIEW, scope):
        raise NotAllowed
    if not is_shown(actor, place.subject, place.visit, place.infusion):
        raise NotVisible
    entry = entry_at(place)
    version = entry.protocol_version if entry else place.version
    form = form_at(version, place.slot)
    context = context_for(place.subject, form, version.protocol, actor)
    if form.class_ != "open" and context.withheld >= set(form.by_id):
        raise NotAllowed
    saved = entry if entry is not None and not entry.withdrawn else None
    closed, may_write = why_closed(place, form), actor.may(permission, scope)
    draft = _draft(actor, place) if may_write and typed is None else None
    if draft is not None and with_draft:
        typed = QueryDict(mutable=True)
        for name, values in draft.typed.items():
            typed.setlist(name, values)
    values = saved.values if saved else None
    if typed is None:
        bound = review(form, values, context)
    else:
        bound = bind(form, read_post(form, dict(typed.lists())), values, context)
    return EntryPage(
        place=place,
        version=version,
        form=form,
        entry=entry,
        context=context,
        bound=bound,
        closed=closed,
        may_write=may_write and not closed,
        draft=draft,
        from_draft=draft is not None and with_draft,
        previous=_before(place, form, context) if place.visit else {},
        units=_units(place, form, context) if may_write and not closed else {},
        queries=_queries(saved, context) if saved else {},
        following=following(place),
        base_revision=entry.revision if entry else 0,
    )


def entry_at(place: Place) -> Entry | None:
    """The entry of a place, withdrawn or not, or None."""
    rows = Entry.objects.filter(subject=place.subject, slot=str(place.slot))
    entry = rows.select_related("protocol_version").defer(*LONG_TEXTS).first()
    if entry is not None:
        entry.subject = place.subject
    return entry


def following(place: Place) -> Slot | None:
    """The form after this one at the same visit or infusion; None at the last one and for logs."""
    slot = place.slot
    forms = forms_at(place.version.protocol, slot)
    if slot.kind not in {"visit", "infusion"} or slot.form not in forms[:-1]:
        return None
    form = forms[forms.index(slot.form) + 1]
    return visit_slot(slot.visit, slot.occasion, form) if slot.kind == "visit" else infusion_slot(slot.occasion, form)


def next_log_slot(place: Place) -> Slot:
    """The place of a further entry of a log."""
    slots = Entry.objects.filter(subject=place.subject, slot__startswith=f"log/{place.slot.form}/")
    numbers = [Slot.parse(text).sequence for text in slots.values_list("slot", flat=True)]
    return log_slot(place.slot.form, max(numbers, default=0) + 1)


def progress_words(entry: Entry) -> str:
    """How far a form is: `41 of 45 entered, 1 question open.`"""
    cell: Cell | None = getattr(entry, "cell", None)
    if cell is None:
        return ""
    asked = {0: "no question open", 1: "1 question open"}.get(cell.open_queries, f"{cell.open_queries} questions open")
    return f"{cell.answered} of {cell.expected} entered, {asked}."


def _draft(actor: Actor, place: Place) -> Draft | None:
    if actor.user is None:
        return None
    return Draft.objects.filter(user_id=actor.user.pk, subject=place.subject, slot=str(place.slot)).first()


def _queries(entry: Entry, context: Context) -> dict[str, list[Query]]:
    found: dict[str, list[Query]] = {}
    for query in Query.objects.filter(entry=entry).exclude(state=Query.State.CLOSED).order_by("id"):
        if query.path.rpartition(".")[2] not in context.withheld:
            found.setdefault(query.path, []).append(query)
    return found


def _units(place: Place, form: Form, context: Context) -> dict[str, str]:
    """For each laboratory value the unit that its site used last, as its laboratory reports in it; else the first.

    Looks at the last few entries of the form only, so that it costs the same however many there are.
    """
    labs = {item.id: KINDS["lab"].unit_names(item, context) for item in form.items() if item.kind == "lab"}
    if not labs:
        return {}
    units = {path: names[0] for path, names in labs.items()}
    entries = Entry.objects.filter(subject__site=place.subject.site_id, form=form.id, withdrawn=False)
    for values in reversed(entries.order_by("-id").values_list("values", flat=True)[:LAST_ENTRIES]):
        for path, names in labs.items():
            used = values.get(path, {}).get("unit")
            if used in names:
                units[path] = used
    return units


def _before(place: Place, form: Form, context: Context) -> dict[str, str]:
    """Values of the latest visit before this one at which the same form was filled in."""
    visit = place.visit
    day = visit.done_on or visit.planned_on if visit else None
    others = Entry.objects.filter(subject=place.subject, form=form.id, withdrawn=False, visit__isnull=False)
    earlier = [
        (other.visit.done_on or other.visit.planned_on, other.visit.position, str(other.pk), other)
        for other in others.exclude(slot=str(place.slot)).select_related("visit")
        if other.visit is not None
    ]
    before = [one for one in earlier if visit and day and one[0] and (one[0], one[1]) < (day, visit.position)]
    if not before:
        return {}
    values: Mapping[str, Any] = max(before, key=lambda one: one[:3])[3].values
    return {
        path: _shown(item, answer, context)
        for path, item, answer in answers_of(form, values)
        if item.kind in COMPARED and item.id not in context.withheld and form.group_of.get(item.id) is None
    }


def _shown(item: Any, answer: Answer, context: Context) -> str:
    return KINDS[item.kind].show(item, answer, context)
