"""The course of one participant, from screening to the end, as a site would live through it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from edc import clock
from edc.rehearsal import typical
from edc.rehearsal.filling import Case
from edc.rehearsal.following import consent_again, follow
from edc.rehearsal.solving import check_wishes, criterion_wishes, life_wishes, solve
from edc.rehearsal.upkeep import look_after
from edc.rehearsal.work import Work
from trials.models import EligibilityVerdict, Subject
from trials.queries.protocols import eligibility_rules
from trials.rules.eligibility import MET, NOT_MET, standing_against
from visits.forms.plan import cross_reads
from visits.operations.arm import assign_arm
from visits.operations.eligibility import evaluate_eligibility, judge_criterion
from visits.operations.ending import screen_fail
from visits.operations.participants import screen_subject
from visits.queries.places import context_for
from visits.rules.slots import SCREENING, visit_slot

FAILS = 130
"""Thousandths of the participants who turn out not to be eligible."""


def participate(work: Work, start: datetime) -> Iterator[datetime]:
    """Screen a participant, and take them as far as they come."""
    yield start
    subject = _screened(work)
    if subject is None:
        return
    fails = work.chance(FAILS) and not work.behind
    case = _fill_screening_pages(work, fails=fails)
    for form_id, page in case.pages.items():
        yield work.minutes_on(4, 25)
        entry = work.send(visit_slot(SCREENING, 1, form_id), page)
        if entry is not None:
            work.timeline.add(look_after(work, entry))
    yield work.days_on(0, 4)
    verdicts = _judged(work, fails=fails)
    against = standing_against(work.protocol.eligibility, verdicts)
    yield work.days_on(1, 9)
    if against:
        reason = f"Not eligible: {against[0].text.text()}."
        work.attempt(
            "Screen failure",
            lambda: screen_fail(by=work.coordinator, subject=work.subject, on=work.today, reason=reason),
        )
        return
    consent_again(work)
    if _assigned(work):
        yield from follow(work)


def _screened(work: Work) -> Subject | None:
    version = work.protocol.consent.version_on(work.today)
    subject = work.attempt(
        "Screening",
        lambda: screen_subject(
            by=work.coordinator,
            key=clock.new_id(),
            site=work.site,
            consent_version=version.version if version else "",
            consented_on=work.today,
            screened_on=work.today,
        ),
    )
    if subject is not None:
        work.known, work.began = subject, work.today
    return subject


def _fill_screening_pages(work: Work, *, fails: bool) -> Case:
    """Fill in the screening forms together, so that the participant is eligible, or fails on one criterion."""
    subject, protocol = work.subject, work.protocol
    case = Case(protocol, {"subject.consent_date": work.today, "subject.site": work.site.code})
    for form_id in protocol.screening.forms:
        form = protocol.form(form_id)
        context = context_for(subject, form, protocol, work.writer(form))
        case.add(form, context, work.draw(form, work.today), whole=True)
    for page in case.pages.values():
        page.fill()
    rules = eligibility_rules(work.site.protocol_version)
    rests = [one for one in protocol.eligibility if one.id in rules and _rests_on_answers(case, rules[one.id].reads)]
    unmet = work.rng.choice(rests).id if fails and rests else ""
    wishes = criterion_wishes(case, rules, protocol.eligibility, unmet)
    for page in case.pages.values():
        wishes += [*check_wishes(page), *life_wishes(page, died=False)]
    solve(wishes, next(iter(case.pages.values())).draw)
    for page in case.pages.values():
        page.settle()
        page.mend()
        others = {name: page.named(name) for name in cross_reads(page.form, protocol)}
        page.context = replace(page.context, other_values=others)
    return case


def _rests_on_answers(case: Case, names: frozenset[str]) -> bool:
    return any(case.source(name) is not None for name in names)


def _judged(work: Work, *, fails: bool) -> dict[str, str]:
    """Have the rules evaluated and the investigator judge the rest; return every verdict."""
    work.attempt("Eligibility", lambda: evaluate_eligibility(by=work.coordinator, subject=work.subject))
    judged = [one.id for one in work.protocol.eligibility if not one.rule]
    by_rule = _verdicts(work)
    against = work.rng.choice(judged) if fails and judged and NOT_MET not in by_rule.values() else ""
    for criterion in judged:
        verdict = NOT_MET if criterion == against else MET
        work.attempt(
            f"Judging {criterion}",
            partial(
                judge_criterion,
                by=work.investigator,
                subject=work.subject,
                criterion=criterion,
                verdict=verdict,
                note="Judged from the history and the examination." if verdict == NOT_MET else "",
            ),
        )
    return _verdicts(work)


def _verdicts(work: Work) -> dict[str, str]:
    rows = EligibilityVerdict.objects.filter(subject=work.subject_id).order_by("criterion")
    return dict(rows.values_list("criterion", "verdict"))


def _assigned(work: Work) -> bool:
    asks = work.protocol.allocation.method == "investigator_choice"
    arm = work.rng.choice(work.protocol.arms).code if asks else ""
    assigned = work.attempt(
        "Arm",
        lambda: assign_arm(
            by=work.investigator,
            password=work.staff.password,
            subject=work.subject,
            key=clock.new_id(),
            arm=arm,
            note=work.rng.choice(typical.WHY_THIS_ARM),
        ),
    )
    work.known = assigned or work.known
    return assigned is not None
