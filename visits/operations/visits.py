"""Recording visits: that they took place, that they were missed, that one was entered in error, or came unplanned."""

import uuid
from datetime import date

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import NeedsReason, Refused
from trials.models import Subject
from visits.models import Deviation, Entry, Visit
from visits.operations.deviations import Departure, consent_departure, settle_deviations
from visits.planning import lay_what_became_known
from visits.queries.found import lean
from visits.rules import timing
from visits.rules.plan import AFTER_ALL_PLANNED
from visits.rules.slots import UNSCHEDULED

KINDS = (Deviation.Kind.VISIT_WINDOW, Deviation.Kind.VISIT_MISSED, Deviation.Kind.CONSENT)


@operation(Permission.VISIT_RECORD, "Visit recorded", on="visit")
def record_visit(*, by: Actor, reason: str, visit: Visit, done_on: date) -> Visit:
    """Record the day on which a visit took place.

    A day outside the window, or before consent, is stored, and a deviation with it. Refused: a day in the future
    at the site, one after the end of the participation, a cancelled visit. Correcting a recorded day, or a visit
    that was recorded as missed, needs a reason.
    """
    visit = _locked(visit)
    _note(visit, f"{visit.label} recorded as done")
    _check_day(visit.subject, done_on)
    if visit.status == Visit.Status.CANCELLED:
        raise Refused("This visit was cancelled, so it takes no date.")
    if visit.anchor == "screening":
        raise Refused("The screening visit is the day on which the participant was screened, so it stays.")
    if visit.status == Visit.Status.DONE and visit.done_on == done_on:
        return visit
    if visit.status != Visit.Status.PLANNED and not reason:
        raise NeedsReason("This visit is on record already. Say why that changes, then save again.")
    visit.status, visit.done_on, visit.note = Visit.Status.DONE, done_on, ""
    visit.save()
    _settle(visit, _departures(visit, done_on))
    lay_what_became_known(visit.subject, f"visit:{visit.code}")
    return visit


@operation(Permission.VISIT_RECORD, "Visit recorded as missed", on="visit")
def mark_missed(*, by: Actor, reason: str, visit: Visit) -> Visit:
    """Record that a planned visit did not take place, and why. A deviation is raised.

    Refused: without a reason, before the visit was planned to be, when it took place or was cancelled, and while
    forms are filled in at it.
    """
    visit = _locked(visit)
    _note(visit, f"{visit.label} recorded as missed")
    if not reason:
        raise Refused("Say why the visit was missed.", field_errors={"reason": ["Say why the visit was missed."]})
    if visit.status == Visit.Status.MISSED and visit.note == reason:
        return visit
    if visit.status not in {Visit.Status.PLANNED, Visit.Status.MISSED}:
        raise Refused(f"This visit is recorded as {visit.get_status_display()}. Take that back first.")
    today = clock.today(visit.subject.site.time_zone)
    if visit.earliest is not None and today < visit.earliest:
        raise Refused(f"The window of this visit opens on {visit.earliest.isoformat()}. It cannot be missed yet.")
    _refuse_with_entries(visit, "Forms are filled in at this visit, so it took place. Record its date instead.")
    visit.status, visit.note = Visit.Status.MISSED, reason
    visit.save()
    _settle(visit, [Departure(Deviation.Kind.VISIT_MISSED, visit.planned_on or today, f"{visit.label} was missed.")])
    return visit


@operation(Permission.VISIT_RECORD, "Record of a visit taken back", on="visit")
def undo_visit(*, by: Actor, reason: str, visit: Visit) -> Visit:
    """Take back what was recorded in error: a planned visit is planned again, an unscheduled one is cancelled.

    Needs a reason. Refused: for a visit with filled-in forms if it was unscheduled, and once calendar and
    participation are closed.
    """
    visit = _locked(visit)
    _note(visit, f"Record of {visit.label} taken back")
    if visit.status not in {Visit.Status.DONE, Visit.Status.MISSED}:
        raise Refused("Nothing is recorded of this visit, so there is nothing to take back.")
    if not reason:
        raise NeedsReason("Say why the record of this visit is taken back.")
    if visit.code == UNSCHEDULED:
        _refuse_with_entries(visit, "Forms are filled in at this visit. Withdraw them first.")
    if visit.anchor == "screening":
        raise Refused("The screening visit is the day on which the participant was screened, so it stays.")
    unplanned = visit.code == UNSCHEDULED or visit.subject.has_ended
    visit.status = Visit.Status.CANCELLED if unplanned else Visit.Status.PLANNED
    visit.done_on, visit.note = None, reason if unplanned else ""
    visit.save()
    _settle(visit, [])
    lay_what_became_known(visit.subject, f"visit:{visit.code}")
    return visit


@operation(Permission.VISIT_RECORD, "Unscheduled visit added", on="subject")
def add_unscheduled(*, by: Actor, reason: str, subject: Subject, on: date, key: uuid.UUID) -> Visit:
    """Add a visit that nobody planned, on the day it took place. The same key twice is one visit.

    Refused: a day in the future, one after the end of the participation.
    """
    subject = lean(Subject.objects.select_for_update(of=("self",))).get(pk=subject.pk)
    known = Visit.objects.filter(subject=subject, code=UNSCHEDULED).order_by("sequence")
    again: Visit | None = next((visit for visit in known if visit.pk == key), None)
    if again is not None:
        again.subject = subject
        return again
    _check_day(subject, on)
    sequence = max((visit.sequence for visit in known), default=0) + 1
    visit = Visit(
        id=key,
        subject=subject,
        code=UNSCHEDULED,
        sequence=sequence,
        position=AFTER_ALL_PLANNED,
        label=f"{subject.protocol.schedule.unscheduled.label.text()} {sequence}",
        done_on=on,
        status=Visit.Status.DONE,
        note=reason,
    )
    visit.save()
    _settle(visit, _departures(visit, on))
    return visit


def _locked(visit: Visit) -> Visit:
    """The visit as it is now, locked with its participant until the end of the act."""
    row: Visit = lean(Visit.objects.select_for_update(of=("subject", "self")), "subject").get(pk=visit.pk)
    return row


def _note(visit: Visit, sentence: str) -> None:
    act = recording.current()
    if act is not None:
        act.note(record_id=visit.pk, sentence=sentence)


def _check_day(subject: Subject, day: date) -> None:
    today = clock.today(subject.site.time_zone)
    if day > today:
        _refuse_day(f"{day.isoformat()} is in the future. Today is {today.isoformat()} at {subject.site.name}.", day)
    if subject.ended_on is not None and day > subject.ended_on:
        _refuse_day(f"The participation ended on {subject.ended_on.isoformat()}. Type a day up to then.", day)


def _refuse_day(message: str, day: date) -> None:
    raise Refused(message, field_errors={"done_on": [message]}, attempted={"done_on": day.isoformat()})


def _departures(visit: Visit, done_on: date) -> list[Departure]:
    """What is unusual about a visit on this day: outside its window, without consent."""
    found = []
    if visit.earliest is not None and visit.latest is not None:
        stands = timing.standing(visit.planned_on, visit.earliest, visit.latest, done_on, done_on)
        if stands.outside:
            message = timing.departure_words(visit.label, stands, visit.earliest, visit.latest)
            found.append(Departure(Deviation.Kind.VISIT_WINDOW, done_on, message))
    without_consent = consent_departure(visit.subject, done_on, visit.label)
    return [*found, without_consent] if without_consent else found


def _settle(visit: Visit, departures: list[Departure]) -> None:
    settle_deviations(visit.subject, KINDS, departures, visit=visit)


def _refuse_with_entries(visit: Visit, message: str) -> None:
    if Entry.objects.filter(visit=visit, withdrawn=False).exists():
        raise Refused(message)
