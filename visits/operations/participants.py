"""Screening a participant: number, consent and the visits of the screening part, in one step."""

import datetime
import uuid

from django.db.models import Max

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Conflict, Refused
from trials.models import Site, Subject
from trials.queries.enrolment import enrolled_count
from trials.rules import enrolment
from trials.rules.dates import objection
from visits.operations.consent import check_consent, write_consent
from visits.planning import lay_screening


@operation(Permission.SUBJECT_SCREEN, "Participant screened", on="site")
def screen_subject(
    *,
    by: Actor,
    reason: str,
    key: uuid.UUID,
    site: Site,
    consent_version: str,
    consented_on: datetime.date,
    screened_on: datetime.date,
) -> Subject:
    """Take a participant into screening: the next number of the site, the consent, the screening visit.

    The number follows the last one of this site, under a lock of the site, so that no two are alike and none is
    left out. Refused when the places of the trial are taken, when the consent version was not the one in use that
    day, for a day to come, and for a screening that begins before the consent.
    """
    site = (
        Site.objects.select_for_update(of=("self",), no_key=True)
        .select_related("trial", "protocol_version")
        .get(pk=site.pk)
    )
    existing: Subject | None = (
        Subject.objects.select_related("trial", "site", "protocol_version").filter(pk=key).first()
    )
    if existing is not None:
        if existing.site_id != site.pk:
            raise Conflict("This form was sent before, for another site. Open it anew.")
        return existing
    protocol = site.protocol_version.protocol
    no_room = enrolment.full(protocol.enrolment, enrolled_count(site.trial))
    if no_room:
        raise Refused(no_room)
    check_consent(protocol, site, consent_version, consented_on, version_field="consent_version")
    wrong = objection(screened_on, today=clock.today(site.time_zone), not_before=consented_on, event="the consent")
    if wrong:
        raise Refused(field_errors={"screened_on": [wrong]}, attempted={"screened_on": screened_on.isoformat()})
    last: int = Subject.objects.filter(site=site).aggregate(last=Max("number"))["last"] or 0
    subject = Subject(
        id=key,
        trial=site.trial,
        site=site,
        protocol_version=site.protocol_version,
        number=last + 1,
        label=protocol.subject_numbers.write(site.code, last + 1),
        screened_on=screened_on,
    )
    subject.save()
    recording.required(Subject).note(scope=subject.scope())
    write_consent(subject, consent_version, consented_on)
    lay_screening(subject)
    recording.required(Subject).note(record_id=subject.pk)
    return subject
