"""Putting a departure from the protocol on record. It is stored, never blocked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from trials.models import Consent, Subject
from visits.models import Deviation, Infusion, Visit


@dataclass(frozen=True, slots=True)
class Departure:
    """One departure that the dates and doses on record show now."""

    kind: Deviation.Kind
    occurred_on: date
    message: str


def settle_deviations(
    subject: Subject,
    kinds: Collection[Deviation.Kind],
    departures: Collection[Departure],
    *,
    visit: Visit | None = None,
    infusion: Infusion | None = None,
) -> None:
    """Make the deviations of these kinds, of one visit or infusion, those that the record shows now.

    What is new is raised, what a correction has removed is withdrawn, and what came back stands again.
    """
    rows = Deviation.objects.select_for_update().filter(
        subject=subject, kind__in=list(kinds), visit=visit, infusion=infusion
    )
    known = {Departure(Deviation.Kind(row.kind), row.occurred_on, row.message): row for row in rows}
    for departure, row in known.items():
        row.subject = subject
        row.withdrawn = departure not in departures
        row.save()
    new = [
        Deviation(
            subject=subject,
            kind=one.kind,
            occurred_on=one.occurred_on,
            message=one.message,
            visit=visit,
            infusion=infusion,
        )
        for one in departures
        if one not in known
    ]
    if new:
        Deviation.objects.bulk_create(new)


def consent_departure(subject: Subject, occurred_on: date, what: str) -> Departure | None:
    """What was done on a day without consent: before it was given, after it was withdrawn, or without any."""
    first = Consent.objects.filter(subject=subject).order_by("consented_on", "id").first()
    day, withdrawn_on = occurred_on.isoformat(), subject.consent_withdrawn_on
    if first is None:
        message = f"{what} took place on {day}, and no consent is on record."
    elif occurred_on < first.consented_on:
        message = f"{what} took place on {day}, before consent was given on {first.consented_on.isoformat()}."
    elif withdrawn_on is not None and occurred_on > withdrawn_on:
        message = f"{what} took place on {day}, after consent was withdrawn on {withdrawn_on.isoformat()}."
    else:
        return None
    return Departure(Deviation.Kind.CONSENT, occurred_on, message)
