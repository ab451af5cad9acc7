"""The places of a case book: which forms the protocol foresees there, whether they are open, and to whom."""

import uuid
from dataclasses import dataclass

from edc import clock
from edc.access.actor import Actor
from edc.errors import NotVisible
from trials.models import ProtocolVersion, Subject
from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from visits.forms.answer import Context
from visits.forms.plan import cross_reads
from visits.models import Entry, Infusion, Visit
from visits.queries.classes import may_know, withheld_items
from visits.queries.values import values_for_rules
from visits.rules.slots import SCREENING, UNSCHEDULED, Slot


@dataclass(frozen=True)
class Place:
    """Where a form belongs: the participant, and the visit, infusion or event."""

    subject: Subject
    slot: Slot
    visit: Visit | None = None
    infusion: Infusion | None = None
    event_id: uuid.UUID | None = None
    label: str = ""
    """The place in words: `Month 3`, `Infusion 2`; empty for logs."""
    may_have_draft: bool = True

    @property
    def version(self) -> ProtocolVersion:
        """The protocol version for a form that is filled in for the first time: the one in force at the site."""
        return self.subject.site.protocol_version


def place_of(subject: Subject, slot: Slot) -> Place:
    """Look up the visit or infusion of a slot, to read; raises `NotVisible` for a place that does not exist.

    The place of an adverse event is made by whoever knows the event.
    """
    if slot.kind == "log":
        return Place(subject, slot)
    held: Visit | Infusion | None = None
    if slot.kind == "visit":
        held = Visit.objects.filter(subject=subject, code=slot.visit, sequence=slot.occasion).first()
    elif slot.kind == "infusion":
        held = Infusion.objects.filter(subject=subject, number=slot.occasion).first()
    if held is None:
        raise NotVisible
    held.subject = subject
    if isinstance(held, Visit):
        return Place(subject, slot, visit=held, label=held.label)
    return Place(subject, slot, infusion=held, label=f"Infusion {held.number}")


def place_of_entry(entry: Entry) -> Place:
    """The place of an entry of a visit, an infusion or a log."""
    held = entry.visit or entry.infusion
    label = held.label if isinstance(held, Visit) else f"Infusion {held.number}" if held else ""
    return Place(entry.subject, Slot.parse(entry.slot), visit=entry.visit, infusion=entry.infusion, label=label)


def event_at(subject: Subject, slot: Slot) -> uuid.UUID | None:
    """The adverse event at a slot; None while there is none."""
    known = Entry.objects.filter(subject=subject, slot=str(slot), event_id__isnull=False)
    return known.values_list("event_id", flat=True).first()


def forms_at(protocol: Protocol, slot: Slot) -> tuple[str, ...]:
    """The forms that the protocol foresees at the place of a slot."""
    if slot.kind == "visit":
        if slot.visit == SCREENING:
            return protocol.screening.forms
        if slot.visit == UNSCHEDULED:
            return protocol.schedule.unscheduled.forms
        visit = protocol.schedule.by_id.get(slot.visit)
        return visit.forms if visit else ()
    if slot.kind == "log":
        return tuple(one for one in protocol.schedule.logs if protocol.form(one).about in {"subject", "visit"})
    if slot.kind == "infusion":
        forms = protocol.infusions.forms if protocol.infusions else None
        return tuple(one for one in (forms.administration, forms.preparation) if one) if forms else ()
    return (protocol.adverse_events.form,) if protocol.adverse_events else ()


def form_at(version: ProtocolVersion, slot: Slot) -> Form:
    """The form of a slot; raises `NotVisible` when the protocol has none there."""
    protocol = version.protocol
    if slot.form not in forms_at(protocol, slot) or (slot.kind == "visit" and slot.sequence != 1):
        raise NotVisible
    return protocol.form(slot.form)


def why_closed(place: Place, form: Form) -> str:
    """Why nothing may be entered here, in words, or ''. Some forms stay open after consent was withdrawn."""
    subject = place.subject
    stays_open = form.id in place.version.protocol.consent.after_withdrawal
    if subject.consent_withdrawn_on is not None and not stays_open:
        return f"Consent was withdrawn on {subject.consent_withdrawn_on.isoformat()}, so this form takes no more data."
    held = place.visit or place.infusion
    if held is not None and held.status == "cancelled" and not stays_open:
        return f"{place.label} was cancelled, so it takes no data. {held.note}".strip()
    if place.infusion is not None and place.infusion.status == Infusion.Status.NOT_GIVEN:
        return f"{place.label} is recorded as not given. Take that back before you fill in its form."
    if place.visit is not None and place.visit.status == Visit.Status.MISSED:
        return f"{place.label} is recorded as missed. Take that back before you fill in its forms."
    return ""


def context_for(subject: Subject, form: Form, protocol: Protocol, actor: Actor) -> Context:
    """What binding and drawing a form need to know beside the form; reads other forms only when a rule does."""
    scope = subject.scope()
    reads = cross_reads(form, protocol)
    hidden = frozenset(
        name
        for name in reads
        if not name.startswith("subject.") and not may_know(actor, scope, protocol.item(name).class_)
    )
    return Context(
        today=clock.today(subject.site.time_zone),
        protocol=protocol,
        other_values=values_for_rules(subject, reads),
        withheld=withheld_items(actor, scope, form) | hidden,
    )
