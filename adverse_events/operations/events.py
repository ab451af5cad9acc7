"""Recording an adverse event, changing its report, and withdrawing what was recorded in error."""

import uuid
from dataclasses import asdict

from django.db.models import Max

from adverse_events.models import AdverseEvent
from adverse_events.queries.places import place_of_event
from adverse_events.rules.projection import project, serious_rule
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Conflict, NeedsReason, Refused
from trials.models import Subject
from visits.models import Entry
from visits.queries.found import lean
from visits.queries.values import values_for_rules
from visits.storing import Typing, lock_entry, store_entry, withdraw


@operation(Permission.EVENT_RECORD, "Adverse event recorded", on="subject")
def open_event(*, by: Actor, reason: str, subject: Subject, data: Typing, key: uuid.UUID) -> AdverseEvent:
    """Record an adverse event with the site's report, under the next number of the participant.

    The same key twice is one event. Refused with the messages by item when something cannot be, and after consent
    was withdrawn unless the protocol leaves the form open.
    """
    subject = lean(Subject.objects.select_for_update(of=("self",))).get(pk=subject.pk)
    again: AdverseEvent | None = AdverseEvent.objects.filter(pk=key).first()
    if again is not None:
        if again.subject_id != subject.pk:
            raise Conflict("This form was sent before, for another participant. Open it anew.")
        again.subject = subject
        return again
    last: int = AdverseEvent.objects.filter(subject=subject).aggregate(last=Max("number"))["last"] or 0
    event = AdverseEvent(id=key, subject=subject, number=last + 1)
    stored = store_entry(place_of_event(event), data, base_revision=0, by=by)
    _follow(event, stored.entry)
    recording.required(AdverseEvent).note(sentence=f"Adverse event {event.number} recorded", event=str(event.pk))
    return event


@operation(Permission.EVENT_RECORD, "Report of an adverse event changed", on="event")
def save_event_report(
    *,
    by: Actor,
    reason: str,
    event: AdverseEvent,
    data: Typing,
    base_revision: int,
    key: uuid.UUID | None = None,
) -> Entry:
    """Save the site's report of an event as it was typed; term, grade, dates and seriousness follow it.

    Changing what was saved needs a reason. Refused for an event that was withdrawn. Returns the report.
    """
    event = _locked(event)
    if event.withdrawn:
        raise Refused("This event was withdrawn as recorded in error. Record a new one.")
    stored = store_entry(place_of_event(event), data, base_revision=base_revision, by=by, reason=reason, key=key)
    if stored.changed:
        _follow(event, stored.entry)
        recording.required(AdverseEvent).note(
            sentence=f"Report of adverse event {event.number} changed", event=str(event.pk)
        )
    return stored.entry


@operation(Permission.EVENT_RECORD, "Adverse event withdrawn as recorded in error", on="event")
def withdraw_event(*, by: Actor, reason: str, event: AdverseEvent) -> AdverseEvent:
    """Withdraw an event that was recorded in error. Needs a reason; number and report stay on record."""
    event = _locked(event)
    act = recording.required(AdverseEvent)
    act.note(record_id=event.pk, sentence=f"Adverse event {event.number} withdrawn as recorded in error")
    if event.withdrawn:
        return event
    if not reason:
        raise NeedsReason("Say why this event was recorded in error.")
    for report in Entry.objects.filter(event_id=event.pk, withdrawn=False).order_by("id"):
        withdraw(lock_entry(report), reason)
    event.withdrawn, event.withdrawn_note = True, reason
    event.save()
    return event


def _locked(event: AdverseEvent) -> AdverseEvent:
    """The event as it is now, locked with its participant until the end of the act."""
    row: AdverseEvent = lean(AdverseEvent.objects.select_for_update(of=("subject", "self")), "subject").get(pk=event.pk)
    return row


def _follow(event: AdverseEvent, report: Entry) -> None:
    """Bring the columns of the event in line with its report."""
    protocol = report.protocol_version.protocol
    rule = serious_rule(protocol)
    elsewhere = values_for_rules(event.subject, {name for name in rule.reads if "." in name}) if rule else {}
    for name, value in asdict(project(protocol, report.values, elsewhere)).items():
        setattr(event, name, value)
    event.save()
