"""Assigning the treatment arm, which takes a participant on study and lays the calendar."""

import datetime
import uuid

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Conflict, Refused
from trials.models import Allocation, Subject, Trial
from trials.queries.consent import consent_state
from trials.queries.enrolment import enrolled_count
from trials.rules import enrolment, participation
from trials.rules.allocation import NoArm, method_of
from trials.rules.dates import objection
from trials.rules.eligibility import standing_against
from visits.operations.eligibility import evaluate
from visits.operations.locking import locked_subject
from visits.planning import baseline_of, lay_calendar


@operation(Permission.ARM_ASSIGN, "Arm assigned", on="subject", weighty=True)
def assign_arm(
    *,
    by: Actor,
    reason: str,
    subject: Subject,
    key: uuid.UUID,
    arm: str = "",
    note: str = "",
    assigned_on: datetime.date | None = None,
) -> Subject:
    """Assign the arm by the protocol's method, take the participant on study, and plan the visits and infusions.

    Consent and every criterion are checked again first, with the rules evaluated from what is entered at this very
    moment. The trial's places are counted under a lock of the trial, so the ceiling holds whoever clicks at once.
    Sending the same form twice assigns once. The arm itself is never returned.
    """
    note = note.strip() or reason
    subject = locked_subject(subject)
    Trial.objects.select_for_update(no_key=True).get(pk=subject.trial_id)
    existing = Allocation.objects.filter(subject=subject).first()
    if existing is not None:
        if existing.pk == key:
            return subject
        raise Conflict("The arm of this participant is assigned already.")
    refused = participation.refusal(subject.status, participation.ON_STUDY)
    if refused:
        raise Refused(refused)
    today = clock.today(subject.site.time_zone)
    day = assigned_on or today
    _check(subject, note, day, today)
    protocol = subject.protocol
    try:
        method = method_of(protocol)
        assigned = method.arm(protocol, arm)
    except NoArm as error:
        raise Refused(field_errors={"arm": [error.message]}) from error
    allocation = Allocation(id=key, subject=subject, arm=assigned, method=method.name, assigned_on=day, note=note)
    allocation.save()
    subject.status = Subject.Status.ON_STUDY
    subject.enrolled_on = day
    subject.save()
    lay_calendar(subject, baseline_of(subject, allocation), assigned)
    act = recording.required(Allocation)
    act.note(record_id=subject.pk, method=method.name)
    if protocol.trial.masking == "open":
        act.reason = note
        act.note(arm=assigned)
    return subject


def _check(subject: Subject, note: str, day: datetime.date, today: datetime.date) -> None:
    """Refuse unless there is a place, consent, eligibility, a reason and a possible day."""
    no_room = enrolment.full(subject.protocol.enrolment, enrolled_count(subject.trial))
    if no_room:
        raise Refused(no_room)
    consent = consent_state(subject)
    if not consent.in_force:
        raise Refused(consent.sentence)
    against = standing_against(subject.protocol.eligibility, evaluate(subject))
    if against:
        names = ", ".join(each.id for each in against)
        raise Refused(f"The participant is not shown to be eligible: look at {names} on the eligibility page.")
    errors: dict[str, list[str]] = {}
    if not note:
        errors["note"] = ["Say why this participant receives this arm."]
    wrong = objection(day, today=today, not_before=subject.screened_on, event="the screening")
    if wrong:
        errors["assigned_on"] = [wrong]
    if errors:
        raise Refused(field_errors=errors, attempted={"assigned_on": day.isoformat()})
