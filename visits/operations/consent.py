"""Consent to a version of the information for participants, given again, and withdrawn."""

import datetime

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import NeedsReason, Refused
from trials.models import Consent, Site, Subject
from trials.protocol import Protocol
from trials.rules.dates import day_in_words, objection
from visits.operations.locking import locked_subject


@operation(Permission.CONSENT_RECORD, "Consent recorded", on="subject")
def record_consent(*, by: Actor, reason: str, subject: Subject, version: str, consented_on: datetime.date) -> Consent:
    """Record consent to a version: the first or a new one. The same again changes nothing.

    Refused for a version that was not in use on that day, for a day to come, after withdrawal and after the end.
    """
    subject = locked_subject(subject)
    given: Consent | None = Consent.objects.filter(subject=subject, version=version).first()
    if given is not None and given.consented_on == consented_on:
        return given
    if subject.consent_withdrawn_on is not None:
        raise Refused(f"Consent was withdrawn on {day_in_words(subject.consent_withdrawn_on)}.")
    if subject.has_ended:
        raise Refused("The participation has ended. Consent is no longer asked for.")
    if given is not None:
        raise Refused(
            field_errors={
                "version": [
                    f"Consent to version {version} was recorded for {day_in_words(given.consented_on)} already."
                ]
            }
        )
    check_consent(subject.site.protocol_version.protocol, subject.site, version, consented_on)
    return write_consent(subject, version, consented_on)


def check_consent(
    protocol: Protocol, site: Site, version: str, consented_on: datetime.date, *, version_field: str = "version"
) -> None:
    """Refuse a day to come, and a version that was not the one in use on that day."""
    attempted = {"version": version, "consented_on": consented_on.isoformat()}
    wrong = objection(consented_on, today=clock.today(site.time_zone))
    if wrong:
        raise Refused(field_errors={"consented_on": [wrong]}, attempted=attempted)
    in_use = protocol.consent.version_on(consented_on)
    if in_use is None:
        first = min(each.starts for each in protocol.consent.versions)
        raise Refused(
            field_errors={"consented_on": [f"The first consent version came into use on {day_in_words(first)}."]},
            attempted=attempted,
        )
    if in_use.version != version:
        wrong = (
            f"On {day_in_words(consented_on)} version {in_use.version} was in use. "
            "Check the day, and which version the participant signed."
        )
        raise Refused(field_errors={version_field: [wrong]}, attempted=attempted)


def write_consent(subject: Subject, version: str, consented_on: datetime.date) -> Consent:
    """Store a consent within the open act."""
    consent = Consent(subject=subject, version=version, consented_on=consented_on)
    consent.save()
    recording.required(Consent).note(record_id=consent.pk, version=version)
    return consent


@operation(Permission.CONSENT_RECORD, "Consent withdrawn", on="subject")
def withdraw_consent(*, by: Actor, reason: str, subject: Subject, on: datetime.date) -> Subject:
    """Record that the participant withdrew consent, with the reason. Only the forms that the protocol names stay open.

    The participation itself is ended in a step of its own, so that what the protocol still allows can be done.
    """
    subject = locked_subject(subject)
    if subject.consent_withdrawn_on == on:
        return subject
    if subject.consent_withdrawn_on is not None:
        raise Refused(f"Consent was withdrawn on {day_in_words(subject.consent_withdrawn_on)} already.")
    if not reason:
        raise NeedsReason("Say why consent was withdrawn, or that no reason was given.")
    standing = list(Consent.objects.select_for_update().filter(subject=subject, withdrawn_on=None))
    if not standing:
        raise Refused("There is no consent to withdraw.")
    wrong = objection(
        on,
        today=clock.today(subject.site.time_zone),
        not_before=max(each.consented_on for each in standing),
        event="the consent",
    )
    if wrong:
        raise Refused(field_errors={"on": [wrong]}, attempted={"on": on.isoformat()})
    for consent in standing:
        consent.withdrawn_on = on
        consent.save()
    subject.consent_withdrawn_on = on
    subject.save()
    return subject
