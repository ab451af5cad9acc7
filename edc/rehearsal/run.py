"""Running a rehearsal: the protocol, the staff, the participants one after another on one timeline, and the report."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from edc import clock
from edc.errors import Refused
from edc.rehearsal.course import participate
from edc.rehearsal.people import PASSWORD, open_accounts, rehearsing_system
from edc.rehearsal.record import Account, Notes
from edc.rehearsal.report import Report, report
from edc.rehearsal.timeline import Timeline, at_work, working_day
from edc.rehearsal.work import Work
from trials.models import Subject, Trial
from trials.operations.protocol import load_protocol
from trials.protocol import LoadedProtocol, Protocol
from trials.queries import sites_for

STEP = timedelta(milliseconds=3)
"""How far each reading of the clock moves it on."""
SETTING_UP = timedelta(days=14)
ENROLLING = timedelta(days=120)
"""How much longer than one participation it lasts: the first ones finish, the last one is still in screening."""
WITH_A_VISIT_DUE = 4
LONGEST_SCREENING = timedelta(days=20)


@dataclass(frozen=True)
class Rehearsal:
    """What was made."""

    trial: Trial
    accounts: list[Account]
    report: Report


def rehearse(
    loaded: LoadedProtocol, source: str, *, subjects: int, seed: int, until: date, password: str = PASSWORD
) -> Rehearsal:
    """Run synthetic participants of a protocol from long ago to the beginning of a day (UTC), through the operations.

    The same protocol, number, seed and day on an empty database give the same data. Refused when the trial has
    participants: synthetic ones must not stand among real ones.
    """
    if Subject.objects.filter(trial__code=loaded.protocol.trial.code).exists():
        raise Refused(
            f"Trial {loaded.protocol.trial.code} has participants. A rehearsal begins without any: "
            "set EDC_VAR or DATABASE_URL to another place, then rehearse there."
        )
    end = datetime.combine(until, time(), UTC)
    start = _start(loaded.protocol, end)
    with clock.fixed(start, seed=seed, step=STEP) as fixed:
        trial = load_protocol(by=rehearsing_system(), loaded=loaded, source=source).trial
        staff, accounts = open_accounts(trial, password)
        sites = sites_for(rehearsing_system(), trial)
        timeline, notes = Timeline(fixed, end), Notes()
        first, chance = start + SETTING_UP, Random(f"{seed}")  # noqa: S311 - synthetic people, no secret
        for number in range(subjects):
            rng = Random(f"{seed}/{number}")  # noqa: S311 - as above
            moment = _screened_at(number, subjects, first, end, loaded.protocol, chance)
            site = sites[chance.randrange(len(sites))]
            day = working_day(moment.date())
            born = day - timedelta(days=rng.randint(20 * 365, 75 * 365))
            behind = 1 < subjects - number <= WITH_A_VISIT_DUE
            work = Work(timeline, staff, notes, site, rng, born, day, behind=behind)
            timeline.add(participate(work, at_work(day, site.time_zone, rng)))
        timeline.run()
    return Rehearsal(trial, accounts, report(trial, loaded.protocol, notes))


def _start(protocol: Protocol, end: datetime) -> datetime:
    """So long before the end that the first participants have finished by then, but not before consent began."""
    longest = max(visit.offset.roughly_days + visit.window.after for visit in protocol.schedule.visits)
    start = end - timedelta(days=longest) - ENROLLING - SETTING_UP
    first = min(version.starts for version in protocol.consent.versions)
    return max(start, min(datetime.combine(first, time(), UTC), end - SETTING_UP * 2))


def _screened_at(
    number: int, subjects: int, first: datetime, end: datetime, protocol: Protocol, chance: Random
) -> datetime:
    """When somebody is screened: more at first, fewer later. Of the last ones, one is in screening at the end, two
    have their first later visit about then, and one has had it for so long that it is overdue: something to remind of.
    """
    later = [visit for visit in protocol.schedule.visits if visit.offset.roughly_days]
    visit = min(later, key=lambda one: one.offset.roughly_days, default=protocol.schedule.visits[0])
    on_time = timedelta(days=visit.offset.roughly_days)
    overdue = on_time + timedelta(days=visit.window.after) + LONGEST_SCREENING
    place = 2 * number + chance.randrange(2)
    moment = first + (end - first) * place * (place + 2 * subjects) / (subjects * subjects * 8)
    from_the_end = subjects - number
    days = timedelta(days=chance.randint(3, 4))
    if number and from_the_end == 1:
        return end - days
    if number and from_the_end < WITH_A_VISIT_DUE:
        return end - on_time - days * (from_the_end - 1)
    return end - overdue if number and from_the_end == WITH_A_VISIT_DUE else moment
