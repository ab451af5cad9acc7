"""A participant on study: visits and infusions as they come due, what happens between them, and how it ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from edc import clock
from edc.rehearsal import typical
from edc.rehearsal.upkeep import look_after
from edc.rehearsal.work import Work
from trials.queries.consent import consent_state
from visits.models import Infusion, Visit
from visits.operations.consent import record_consent, withdraw_consent
from visits.operations.ending import end_participation
from visits.operations.infusions import mark_not_given
from visits.operations.visits import add_unscheduled, mark_missed, record_visit
from visits.queries.found import infusion_for, visit_for
from visits.queries.places import forms_at
from visits.rules.slots import event_slot, infusion_slot, log_slot, visit_slot

MISSED, LATE, EARLY, FORGOTTEN = 50, 90, 115, 450
"""Thousandths of the visits, each up to its number: missed, after the window, before it, recent and not recorded."""
RECENT = timedelta(days=45)
NEVER_FILLED = 40
NOT_GIVEN = 40
UNSCHEDULED = 70
MONTHS_BETWEEN_EVENTS = 10
FATES = (("died", 50), ("withdrawn", 120), ("lost", 150))
"""Thousandths of the participants, each up to its number; all others complete."""
WHY = {"withdrawn": typical.WITHDRAWN, "lost": typical.LOST, "died": typical.DIED}


@dataclass(frozen=True)
class Fate:
    """How and when a participation ends before its time."""

    status: str
    day: date


def follow(work: Work) -> Iterator[datetime]:
    """Live through the calendar that the arm has laid."""
    for log in _logs(work):
        work.timeline.add(_log_entries(work, log))
    work.timeline.add(_events(work))
    fate = _fate(work)
    skipped: set[object] = set()
    while (due := _next_due(work, skipped)) is not None:
        planned, attend = due
        skipped.add(planned.pk)
        course = attend(work, planned)
        moment = next(course, None)
        if moment is not None and fate is not None and moment.date() >= fate.day:
            yield work.on(fate.day)
            yield from _end_early(work, fate)
            return
        if moment is not None:
            yield moment
            yield from course
    if _open_visits(work).exists() or "completed" not in work.protocol.end_of_participation.reasons:
        return
    yield work.days_on(1, 20)
    _end(work, "completed", "All visits of the schedule took place or were accounted for.")


def _next_due(work: Work, skipped: set[object]) -> tuple[Visit | Infusion, Callable[..., Iterator[datetime]]] | None:
    """What is planned first and was not dealt with yet."""
    due: list[tuple[date, int, Visit | Infusion, Callable[..., Iterator[datetime]]]] = [
        (visit.planned_on, 0, visit, _attend) for visit in _open_visits(work) if visit.planned_on is not None
    ]
    planned = Infusion.objects.filter(subject=work.subject_id, status=Infusion.Status.PLANNED)
    due += [(infusion.planned_on, 1, infusion, _infuse) for infusion in planned]
    due = [one for one in due if one[2].pk not in skipped]
    first = min(due, key=lambda one: one[:2], default=None)
    return (first[2], first[3]) if first else None


def _open_visits(work: Work) -> QuerySet[Visit]:
    return Visit.objects.filter(subject=work.subject_id, status=Visit.Status.PLANNED)


def _attend(work: Work, visit: Visit) -> Iterator[datetime]:
    """Have a visit take place, in time or not, or not at all."""
    planned, earliest, latest = visit.planned_on, visit.earliest, visit.latest
    if planned is None or earliest is None or latest is None:
        return
    how = work.rng.randrange(1000)
    if (work.behind or FORGOTTEN > how >= EARLY) and latest + RECENT > work.timeline.end.date():
        return
    if how < MISSED:
        yield work.on(latest + timedelta(days=work.rng.randint(2, 15)))
        row, why = visit_for(work.coordinator, visit.pk), work.rng.choice(typical.MISSED)
        work.attempt("Missed visit", lambda: mark_missed(by=work.coordinator, visit=row, reason=why))
        return
    yield work.on(_day(work, how, planned, earliest, latest))
    consent_again(work)
    row, day = visit_for(work.coordinator, visit.pk), work.today
    if work.attempt("Visit", lambda: record_visit(by=work.coordinator, visit=row, done_on=day)) is None:
        return
    work.last_visit = day
    work.timeline.add(_fill_visit(work, visit.code, 1, day))
    if work.chance(UNSCHEDULED) and work.protocol.schedule.unscheduled.forms:
        work.timeline.add(_come_unplanned(work))


def _day(work: Work, how: int, planned: date, earliest: date, latest: date) -> date:
    if MISSED <= how < LATE:
        return latest + timedelta(days=work.rng.randint(2, 12))
    if LATE <= how < EARLY:
        return max(work.today, earliest - timedelta(days=work.rng.randint(2, 8)))
    low, high = (earliest - planned).days, (latest - planned).days
    spread = (work.rng.randint(low, high) + work.rng.randint(low, high)) // 2
    day = max(work.today, planned + timedelta(days=spread))
    # Monday may lie outside the window; then the Friday before is the day.
    return day - timedelta(days=2) if day.weekday() > 4 and latest <= day + timedelta(days=1) else day  # noqa: PLR2004 - Friday


def _fill_visit(work: Work, code: str, sequence: int, day: date) -> Iterator[datetime]:
    """Type the forms of a visit, on the day or some days later; now and then one is forgotten."""
    slots = visit_slot(code, sequence, next(iter(work.protocol.forms)).id)
    for form_id in forms_at(work.protocol, slots):
        if work.chance(NEVER_FILLED):
            continue
        yield work.minutes_on(3, 30) if work.chance(700) else work.days_on(1, 6)
        entry = work.save(visit_slot(code, sequence, form_id), day)
        if entry is not None:
            work.timeline.add(look_after(work, entry))


def _come_unplanned(work: Work) -> Iterator[datetime]:
    yield work.days_on(8, 30)
    if work.over:
        return
    day, why = work.today, "The participant felt unwell."
    visit = work.attempt(
        "Unscheduled visit",
        lambda: add_unscheduled(by=work.coordinator, subject=work.subject, on=day, key=clock.new_id(), reason=why),
    )
    if visit is not None:
        yield from _fill_visit(work, visit.code, visit.sequence, day)


def _infuse(work: Work, planned: Infusion) -> Iterator[datetime]:
    """Give an infusion, on the day of a visit in its window when there was one."""
    seen = work.last_visit
    if work.chance(NOT_GIVEN):
        yield work.on(planned.planned_on + timedelta(days=work.rng.randint(0, 5)))
        row, why = infusion_for(work.coordinator, work.subject, planned.number), work.rng.choice(typical.NOT_GIVEN)
        work.attempt("Infusion not given", lambda: mark_not_given(by=work.coordinator, infusion=row, reason=why))
        return
    if seen is not None and planned.earliest <= seen <= planned.latest and seen == work.today:
        yield work.minutes_on(60, 120)
    else:
        yield work.on(max(work.today, planned.planned_on + timedelta(days=work.rng.randint(0, 8))))
    infusions = work.protocol.infusions
    if infusions is None:
        return
    entry = work.save(infusion_slot(planned.number, infusions.forms.administration), work.today)
    if entry is not None:
        work.timeline.add(look_after(work, entry))


def _logs(work: Work) -> tuple[str, ...]:
    some = next(iter(work.protocol.forms)).id
    return forms_at(work.protocol, log_slot(some, 1))


def _log_entries(work: Work, form_id: str) -> Iterator[datetime]:
    """Make entries in a log now and then."""
    for number in range(1, work.rng.randint(1, 4)):
        yield work.days_on(0, 10) if number == 1 else work.days_on(20, 200)
        if work.over:
            return
        entry = work.save(log_slot(form_id, number), work.today)
        if entry is not None:
            work.timeline.add(look_after(work, entry))


def _events(work: Work) -> Iterator[datetime]:
    """Have something adverse happen every few months, and report it some days later."""
    settings = work.protocol.adverse_events
    number = 0
    while settings is not None:
        yield work.days_on(15, MONTHS_BETWEEN_EVENTS * 60)
        if work.over:
            return
        entry = work.save(event_slot(number + 1, settings.form), work.today - timedelta(days=work.rng.randint(0, 5)))
        if entry is not None:
            number += 1
            work.timeline.add(look_after(work, entry))


def _fate(work: Work) -> Fate | None:
    drawn = work.rng.randrange(1000)
    status = next((name for name, up_to in FATES if drawn < up_to), "")
    if status not in work.protocol.end_of_participation.reasons:
        return None
    last = max((visit.planned_on for visit in _open_visits(work) if visit.planned_on), default=work.today)
    return Fate(status, work.today + timedelta(days=work.rng.randint(20, max(21, (last - work.today).days))))


def _end_early(work: Work, fate: Fate) -> Iterator[datetime]:
    why = work.rng.choice(WHY[fate.status])
    if fate.status == "withdrawn":
        day = work.today
        work.attempt(
            "Withdrawal",
            lambda: withdraw_consent(by=work.coordinator, subject=work.subject, on=day, reason=why),
        )
        work.consent_withdrawn = True
        work.look_again()
    yield work.days_on(0, 3)
    _end(work, fate.status, why)
    if fate.status == "died":
        yield work.days_on(1, 10)
        _record_death(work, fate.day)


def _end(work: Work, status: str, note: str) -> None:
    work.over = True
    work.attempt(
        "End",
        partial(
            end_participation,
            by=work.investigator,
            subject=work.subject,
            status=status,
            on=work.today,
            note=note,
        ),
    )


def _record_death(work: Work, day: date) -> None:
    """Fill in the form that asks for the date of death, at the next visit that was planned."""
    stays_open = work.protocol.consent.after_withdrawal
    cancelled = Visit.objects.filter(subject=work.subject_id, status=Visit.Status.CANCELLED).order_by(
        "planned_on", "pk"
    )
    for visit in cancelled:
        for form_id in forms_at(work.protocol, visit_slot(visit.code, visit.sequence, "X")):
            form = work.protocol.form(form_id)
            if form_id in stays_open and any(item.cdash == "DTHDAT" for item in form.items()):
                work.save(visit_slot(visit.code, visit.sequence, form_id), day, died=True)
                return


def consent_again(work: Work) -> None:
    """Ask for consent to a new version when there is one."""
    due = consent_state(work.subject).due
    if due:
        work.attempt(
            "Consent",
            lambda: record_consent(by=work.coordinator, subject=work.subject, version=due, consented_on=work.today),
        )
