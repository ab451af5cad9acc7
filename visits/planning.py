"""Laying the calendar of a participant: plain functions that other acts call while they are being recorded.

Visits hang on their anchors. When an anchor becomes known, or its day is corrected, what hangs on it and has not
taken place yet is planned (again); what took place, was missed or was cancelled stays as it is.
"""

from datetime import date
from typing import Any

from trials.models import Allocation, Consent, Subject
from visits.models import Infusion, Visit
from visits.rules import plan
from visits.rules.slots import SCREENING

DATES = ("anchored_on", "planned_on", "earliest", "latest")
NO_ANCHOR = "The day that this was planned from was taken back."


def lay_screening(subject: Subject) -> None:
    """Add the screening visit. Screening a participant is that visit, so it took place on that day."""
    visit = Visit(
        subject=subject,
        code=SCREENING,
        position=0,
        label=subject.protocol.screening.label.text(),
        anchor="screening",
        anchored_on=subject.screened_on,
        planned_on=subject.screened_on,
        done_on=subject.screened_on,
        status=Visit.Status.DONE,
    )
    visit.save()


def lay_calendar(subject: Subject, baseline_on: date | None, arm: str) -> None:
    """Plan the visits and infusions of an arm, as far as their anchors are known, on the day the arm is assigned.

    Calling it again moves what is still planned and adds what became known; it never adds a visit twice.
    """
    days = _days(subject, baseline_on)
    _lay(Visit, subject, "code", {(one.code, one.sequence): one for one in plan.visits(subject.protocol, arm, days)})
    _lay(Infusion, subject, "", {one.sequence: one for one in plan.infusions(subject.protocol, arm, days)})


def lay_what_became_known(subject: Subject, anchor: str = "") -> None:
    """Plan what hangs on a day that has just been recorded: a visit done, an infusion given.

    With an `anchor` (`visit:M3`, `infusion`) nothing is asked of the database unless some visit hangs on it.
    The same when such a day was taken back. Does nothing before the arm is assigned, nor after the end.
    """
    if subject.has_ended:
        return
    if anchor and not _anything_hangs_on(subject, anchor):
        return
    allocation = Allocation.objects.filter(subject=subject).first()
    if allocation is None:
        return
    lay_calendar(subject, baseline_of(subject, allocation), allocation.arm)


def close_calendar(subject: Subject, on: date) -> None:
    """Cancel every visit and infusion that is still planned: the participation ended on this day."""
    note = f"The participation ended on {on.isoformat()}."
    for model in (Visit, Infusion):
        planned: Any = model.objects.filter(subject=subject, status=model.Status.PLANNED).select_for_update()
        for row in planned:
            row.subject = subject
            row.status = model.Status.CANCELLED
            row.note = note
            row.save()


def _anything_hangs_on(subject: Subject, anchor: str) -> bool:
    protocol = subject.protocol
    anchors = [visit.anchor for visit in protocol.schedule.visits]
    if protocol.infusions is not None:
        anchors.append(protocol.infusions.anchor)
    if anchor == "infusion":
        by_infusion = {"first_infusion", "last_infusion", "each_infusion"}
        return protocol.schedule.baseline.anchor == "first_infusion" or bool(by_infusion.intersection(anchors))
    return anchor in anchors


def baseline_of(subject: Subject, allocation: Allocation) -> date | None:
    """Day 0 as the protocol defines it, when it is known."""
    match subject.protocol.schedule.baseline.anchor:
        case "arm":
            return allocation.assigned_on
        case "enrolment":
            return subject.enrolled_on
        case "consent":
            return _consented_on(subject)
        case _:
            first = Infusion.objects.filter(subject=subject, number=1).first()
            return first.given_on if first else None


def _consented_on(subject: Subject) -> date | None:
    consent = Consent.objects.filter(subject=subject).order_by("consented_on").first()
    return consent.consented_on if consent else None


def _days(subject: Subject, baseline_on: date | None) -> plan.Days:
    """Every day that the protocol's visits may hang on; what no visit needs is not looked up."""
    protocol = subject.protocol
    anchors = {visit.anchor for visit in protocol.schedule.visits}
    if protocol.infusions is not None:
        anchors.add(protocol.infusions.anchor)
    allocation = Allocation.objects.filter(subject=subject).first() if "arm" in anchors else None
    given: dict[int, date] = {}
    if any(anchor.endswith("_infusion") for anchor in anchors):
        rows = Infusion.objects.filter(subject=subject, given_on__isnull=False)
        given = {row.number: row.given_on for row in rows if row.given_on is not None}
    done: dict[str, date] = {}
    if any(anchor.startswith("visit:") for anchor in anchors):
        visits = Visit.objects.filter(subject=subject, sequence=1, done_on__isnull=False)
        done = {row.code: row.done_on for row in visits if row.done_on is not None}
    return plan.Days(
        baseline=baseline_on,
        consent=_consented_on(subject) if "consent" in anchors else None,
        enrolment=subject.enrolled_on,
        arm=allocation.assigned_on if allocation else baseline_on,
        infusions=given,
        visits=done,
    )


def _lay(model: type[Any], subject: Subject, code: str, targets: dict[Any, plan.Target]) -> None:
    """Add what is not there, move what is still planned, and cancel what hangs on a day that was taken back.

    Once that day is known again, what was cancelled only for the lack of it is planned again.
    """
    existing = {
        (row.code, row.sequence) if code else row.number: row
        for row in model.objects.filter(subject=subject).select_for_update()
    }
    for key, row in existing.items():
        row.subject = subject
        target = targets.get(key)
        if target is not None and (row.status == model.Status.PLANNED or row.note == NO_ANCHOR):
            for name in DATES:
                setattr(row, name, getattr(target, name))
            row.status, row.note = model.Status.PLANNED, ""
            row.save()
        elif target is None and row.status == model.Status.PLANNED:
            row.status, row.note = model.Status.CANCELLED, NO_ANCHOR
            row.save()
    new = [
        model(subject=subject, anchor=target.anchor, **_columns(model, target))
        for key, target in targets.items()
        if key not in existing
    ]
    if new:
        model.objects.bulk_create(new)


def _columns(model: type[Any], target: plan.Target) -> dict[str, Any]:
    dates = {name: getattr(target, name) for name in DATES}
    if model is Infusion:
        return {"number": target.sequence, **dates}
    return {
        "code": target.code,
        "sequence": target.sequence,
        "position": target.position,
        "label": target.label,
        **dates,
    }
