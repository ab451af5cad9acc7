"""Putting a departure from the protocol on record. It is stored, never blocked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from trials.models import Consent, Subject
from visits.models import BlindingClass, Deviation, Entry, Infusion, Visit


def raise_deviation(
    subject: Subject,
    kind: Deviation.Kind,
    occurred_on: date,
    message: str,
    *,
    visit: Visit | None = None,
    infusion: Infusion | None = None,
    entry: Entry | None = None,
    blinding: BlindingClass = BlindingClass.OPEN,
) -> Deviation | None:
    """Add a deviation to the act that is being recorded; None when the same one is on record already."""
    known = Deviation.objects.filter(
        subject=subject, kind=kind, message=message, visit=visit, infusion=infusion, entry=entry, withdrawn=False
    )
    if known.exists():
        return None
    deviation = Deviation(
        subject=subject,
        kind=kind,
        occurred_on=occurred_on,
        message=message,
        visit=visit,
        infusion=infusion,
        entry=entry,
        blinding=blinding,
    )
    deviation.save()
    return deviation


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


def raise_if_before_consent(
    subject: Subject, occurred_on: date, what: str, *, visit: Visit | None = None, infusion: Infusion | None = None
) -> None:
    """Put on record that something took place before consent was given, or without any."""
    first = Consent.objects.filter(subject=subject).order_by("consented_on", "id").first()
    day = occurred_on.isoformat()
    if first is None:
        message = f"{what} took place on {day}, and no consent is on record."
    elif occurred_on < first.consented_on:
        message = f"{what} took place on {day}, before consent was given on {first.consented_on.isoformat()}."
    else:
        return
    raise_deviation(subject, Deviation.Kind.CONSENT, occurred_on, message, visit=visit, infusion=infusion)
