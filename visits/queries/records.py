"""Visits, infusions and forms of one participant as a programme reads them: the same scope and classes as on pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotAllowed, NotVisible
from trials.models import EligibilityVerdict, ProtocolVersion, Subject
from trials.protocol.schema.forms import Form
from trials.queries.scope import need
from visits.forms.answer import Context
from visits.forms.sheet import ROWS_GIVEN
from visits.models import Entry, Infusion, Visit
from visits.queries.classes import hidden_classes, may_know
from visits.queries.entry import entry_at
from visits.queries.places import Place, context_for, form_at, place_of, why_closed
from visits.queries.telling import arm_visits, infusions_tell, is_shown, may_know_arm
from visits.queries.values import LONG_TEXTS
from visits.rules.slots import Slot


@dataclass(frozen=True)
class Filled:
    """One form at its place, as far as somebody may read it."""

    place: Place
    version: ProtocolVersion
    form: Form
    entry: Entry | None
    values: Mapping[str, Any]
    """Every answer in the shape in which it is sent back; what the reader may not see is left out."""
    withheld: tuple[str, ...]
    closed: str

    @property
    def revision(self) -> int:
        """The revision that a save has to name: 0 for a form that nobody has filled in."""
        return self.entry.revision if self.entry else 0

    @property
    def status(self) -> str:
        """How far the form is."""
        if self.entry is None:
            return "empty"
        return "withdrawn" if self.entry.withdrawn else str(self.entry.status)


def filled(actor: Actor, place: Place, known: Entry | None = None) -> Filled:
    """Read one form, unless its entry is `known` because it was stored just now.

    Raises `NotVisible` where the protocol has none, `NotAllowed` where it is not for this role.
    """
    scope = place.subject.scope()
    if not actor.may(Permission.ENTRY_VIEW, scope):
        raise NotAllowed
    if not is_shown(actor, place.subject, place.visit, place.infusion):
        raise NotVisible
    entry = known or entry_at(place)
    version = entry.protocol_version if entry else place.version
    form = form_at(version, place.slot)
    context = context_for(place.subject, form, version.protocol, actor)
    withheld = tuple(item_id for item_id in form.by_id if item_id in context.withheld)
    if not may_know(actor, scope, form.class_) or (withheld and len(withheld) == len(form.by_id)):
        raise NotAllowed
    values = entry.values if entry is not None and not entry.withdrawn else {}
    shown = _open_values(form, values, context)
    return Filled(place, version, form, entry, shown, withheld, why_closed(place, form))


def filled_at(actor: Actor, subject: Subject, slot: Slot) -> Filled:
    """Read the form at a slot of a visit, an infusion or a log."""
    return filled(actor, place_of(subject, slot))


def _open_values(form: Form, values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, stored in values.items():
        if name == ROWS_GIVEN or name in context.withheld:
            continue
        group = form.groups_by_id.get(name)
        if group is None:
            shown[name] = stored
        elif not set(group.by_id) <= context.withheld:
            shown[name] = [{key: row[key] for key in row if key not in context.withheld} for row in stored]
    return shown


def visits_of(actor: Actor, subject: Subject) -> QuerySet[Any]:
    """The visits of a participant, but for those that would tell an arm to whoever may not know it."""
    need(actor, Permission.SUBJECT_VIEW, subject)
    rows = Visit.objects.filter(subject=subject)
    if may_know_arm(actor, subject.scope()):
        return rows
    return rows.exclude(code__in=arm_visits(subject.site.protocol_version.protocol))


def infusions_of(actor: Actor, subject: Subject) -> QuerySet[Any]:
    """The infusions of a participant; none for whoever may not know the arm."""
    need(actor, Permission.SUBJECT_VIEW, subject)
    rows = Infusion.objects.filter(subject=subject)
    told = infusions_tell(subject.site.protocol_version.protocol) and not may_know_arm(actor, subject.scope())
    return rows.none() if told else rows


def entries_of(actor: Actor, subject: Subject) -> QuerySet[Any]:
    """The forms filled in for a participant, but for those whose whole form is not for this role."""
    need(actor, Permission.ENTRY_VIEW, subject)
    rows = Entry.objects.filter(subject=subject).select_related("cell", "protocol_version").defer(*LONG_TEXTS)
    hidden = hidden_classes(actor, subject.scope())
    version = subject.site.protocol_version
    condition = Q(form__in=[form.id for form in version.protocol.forms if form.class_ in hidden])
    if not may_know_arm(actor, subject.scope()):
        condition |= Q(visit__code__in=arm_visits(version.protocol))
        if infusions_tell(version.protocol):
            condition |= Q(infusion__isnull=False)
    return rows.exclude(pk__in=Entry.objects.filter(condition, subject=subject).values("pk"))


def verdicts_of(actor: Actor, subject: Subject) -> list[dict[str, Any]]:
    """What is decided on each criterion, with the values that decided, as far as somebody may read them."""
    need(actor, Permission.SUBJECT_VIEW, subject)
    known = {row.criterion: row for row in EligibilityVerdict.objects.filter(subject=subject)}
    reads = actor.may(Permission.ENTRY_VIEW, subject.scope())
    found = []
    for criterion in subject.protocol.eligibility:
        row = known.get(criterion.id)
        evidence = row.evidence if row is not None and reads else {}
        found.append(
            {
                "criterion": criterion.id,
                "type": criterion.type,
                "text": criterion.text.text(),
                "verdict": row.verdict if row else EligibilityVerdict.Verdict.UNKNOWN,
                "decided_by": row.decided_by if row else "",
                "note": row.note if row else "",
                "evidence": {
                    name: value
                    for name, value in evidence.items()
                    if name.startswith("subject.")
                    or may_know(actor, subject.scope(), subject.protocol.item(name).class_)
                },
                "revision": row.revision if row else 0,
            }
        )
    return found
