"""Ending a participation: screen failure, or the end of the study for one participant."""

import datetime

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Refused
from trials.models import Subject
from trials.rules import participation
from trials.rules.dates import objection
from visits.operations.locking import locked_subject
from visits.planning import close_calendar


@operation(Permission.SUBJECT_SCREEN, "Screen failure recorded", on="subject")
def screen_fail(*, by: Actor, reason: str, subject: Subject, on: datetime.date) -> Subject:
    """Record that a participant does not enter the trial, and why. Nothing more is planned for them."""
    return _end(locked_subject(subject), participation.SCREEN_FAILED, on, reason, field="reason")


@operation(Permission.PARTICIPATION_END, "Participation ended", on="subject")
def end_participation(
    *, by: Actor, reason: str, subject: Subject, status: str, on: datetime.date, note: str = ""
) -> Subject:
    """Record how and when a participation ended: completed, withdrawn, lost to follow-up or died.

    What is still planned is cancelled; what was entered stays and can still be corrected. Refused: a reason that the
    protocol does not name, a state that cannot follow the present one, a day to come or before the participation
    began, and no note.
    """
    subject = locked_subject(subject)
    if status not in subject.protocol.end_of_participation.reasons:
        raise Refused(field_errors={"status": ["Choose one of the ways that the protocol names."]})
    return _end(subject, status, on, note.strip() or reason, field="note")


def _end(subject: Subject, status: str, on: datetime.date, note: str, *, field: str) -> Subject:
    if (subject.status, subject.ended_on) == (status, on):
        return subject
    refused = participation.refusal(subject.status, status)
    if refused:
        raise Refused(refused, attempted={"status": status})
    errors: dict[str, list[str]] = {}
    if not note:
        errors[field] = ["Say why, in a few words."]
    began, event = (
        (subject.enrolled_on, "the day the arm was assigned")
        if subject.enrolled_on
        else (subject.screened_on, "the screening")
    )
    wrong = objection(on, today=clock.today(subject.site.time_zone), not_before=began, event=event)
    if wrong:
        errors["on"] = [wrong]
    if errors:
        raise Refused(field_errors=errors, attempted={"status": status, "on": on.isoformat()})
    subject.status = status
    subject.ended_on = on
    subject.end_note = note
    subject.save()
    close_calendar(subject, on)
    recording.required(Subject).note(record_id=subject.pk, status=status)
    return subject
