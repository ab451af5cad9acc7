"""The calendar, the arms, the infusions: what fits together, and what this version can run."""

from collections.abc import Iterator
from dataclasses import dataclass

from trials.protocol.problem import Problem
from trials.protocol.schema.schedule import VISIT_ANCHOR
from trials.protocol.tree import suggestion
from trials.protocol.view import View, Word

RESERVED_VISITS = {"SCR": "screening", "UNS": "unscheduled visits"}
RUNNABLE_ALLOCATION = ("investigator_choice", "single_arm")
ALLOCATIONS = (*RUNNABLE_ALLOCATION, "dose_cohort", "permuted_blocks", "imported_list", "minimisation")
TWO = 2


def check(root: View) -> Iterator[Problem]:
    """Everything about visits, arms and infusions."""
    yield from _allocation(root)
    schedule, infusions = root.part("schedule"), root.part("infusions")
    visits = schedule.parts("visits") if schedule else []
    yield from _anchors(visits, infusions)
    yield from _infusions(infusions)
    yield from _first_infusion(schedule, visits, infusions)
    yield from _overlaps(root, visits)
    if schedule:
        baseline = schedule.part("baseline")
        word = baseline.word("anchor") if baseline else None
        if word and word.text == "first_infusion" and infusions is None:
            yield word.problem("The baseline is the first infusion, but no infusions are planned")


def _allocation(root: View) -> Iterator[Problem]:
    allocation, trial = root.part("allocation"), root.part("trial")
    method = allocation.word("method") if allocation else None
    arms = root.parts("arms")
    if method and method.text in ALLOCATIONS and method.text not in RUNNABLE_ALLOCATION:
        words = " or ".join(RUNNABLE_ALLOCATION)
        yield method.problem(f"Allocation by {method.text} is not available in this version; use {words}")
    if method and method.text == "single_arm" and len(arms) > 1:
        yield method.problem(f"A single-arm trial has one arm; this file has {len(arms)}")
    if method and method.text == "investigator_choice" and len(arms) < TWO:
        yield method.problem("The investigator needs at least two arms to choose from; use single_arm")
    masking = trial.word("masking") if trial else None
    if masking and masking.text == "double":
        yield masking.problem("Blinded trials are not available in this version; masking must be open")


def _anchors(visits: list[View], infusions: View | None) -> Iterator[Problem]:
    ids = {visit.text("id") for visit in visits}
    follows = {}
    for visit in visits:
        word, visit_id = visit.word("anchor"), visit.word("id")
        if visit_id and visit_id.text in RESERVED_VISITS:
            yield visit_id.problem(f"`{visit_id.text}` is kept for {RESERVED_VISITS[visit_id.text]}; choose another id")
        if word is None:
            continue
        yield from _infusion_anchor(word, infusions)
        found = VISIT_ANCHOR.fullmatch(word.text)
        if found and found.group(1) not in ids:
            yield word.problem(f"There is no visit `{found.group(1)}`{suggestion(found.group(1), ids)}")
        elif found and visit_id:
            follows[visit_id.text] = (found.group(1), word)
    for start, (first, word) in follows.items():
        current, steps = first, 0
        while current in follows and current != start and steps < len(follows):
            current, steps = follows[current][0], steps + 1
        if current == start:
            yield word.problem(f"The visit `{start}` is counted from itself")


def _infusion_anchor(word: Word, infusions: View | None) -> Iterator[Problem]:
    if word.text == "each_infusion":
        yield word.problem("Visits after each infusion are not available in this version")
    elif word.text in {"first_infusion", "last_infusion"} and infusions is None:
        yield word.problem("This visit is counted from an infusion, but no infusions are planned")


def _infusions(infusions: View | None) -> Iterator[Problem]:
    if infusions is None:
        return
    number, times = infusions.number("number"), len(infusions.parts("at"))
    if number is not None and times != number:
        yield infusions.problem("number", f"{number} infusions are planned, but `at` gives {times} times")
    last = -1
    for offset in infusions.parts("at"):
        days = _days(offset)
        if days is not None and days <= last:
            yield offset.node.mark.problem("The infusions must be in the order of time")
        last = days if days is not None else last


def _first_infusion(schedule: View | None, visits: list[View], infusions: View | None) -> Iterator[Problem]:
    """Infusions counted from a day that only an infusion gives: none of them could ever be planned."""
    if infusions is None:
        return
    anchors = {visit.text("id"): visit.text("anchor", "baseline") for visit in visits}
    baseline = schedule.part("baseline") if schedule else None
    anchor, passed = infusions.text("anchor", "baseline"), set[str]()
    found, word = VISIT_ANCHOR.fullmatch(anchor), infusions.word("anchor")
    if word and found and found.group(1) not in anchors:
        yield word.problem(f"There is no visit `{found.group(1)}`{suggestion(found.group(1), anchors)}")
    while anchor.startswith("visit:") and anchor not in passed:
        passed.add(anchor)
        anchor = anchors.get(anchor.removeprefix("visit:"), "")
    if anchor == "baseline" and baseline:
        anchor = baseline.text("anchor")
    if anchor.endswith("_infusion"):
        message = "The infusions are counted from a day that an infusion gives, so none could be planned; count them "
        message += "from the arm, the enrolment, the consent or a visit before them"
        yield word.problem(message) if word else infusions.problem("at", message)


def _days(offset: View | None) -> int | None:
    """About how many days an offset is; None when it is not well written."""
    if offset is None:
        return None
    for key, length in (("days", 100), ("weeks", 700), ("months", 3044)):
        value = offset.number(key)
        if value is not None:
            return value * length // 100
    return None


@dataclass(frozen=True)
class _Span:
    visit: View
    anchor: str
    arms: frozenset[str]
    target: int
    first: int
    last: int


def _overlaps(root: View, visits: list[View]) -> Iterator[Problem]:
    """Visits of the same anchor and arm whose windows share days: one visit could be taken for the other."""
    every = frozenset(arm.text("code") for arm in root.parts("arms"))
    spans = []
    for visit in visits:
        target, window = _days(visit.part("offset")), visit.part("window")
        if target is not None:
            before, after = (window.number("before") or 0, window.number("after") or 0) if window else (0, 0)
            arms = frozenset(word.text for word in visit.words("arms")) or every
            spans.append(_Span(visit, visit.text("anchor", "baseline"), arms, target, target - before, target + after))
    spans.sort(key=lambda one: one.target)
    for place, later in enumerate(spans):
        for earlier in spans[:place]:
            if later.anchor == earlier.anchor and later.arms & earlier.arms and later.first <= earlier.last:
                key = "window" if later.visit.has("window") else "id"
                message = (
                    f"The window of {later.visit.text('id')} begins before that of {earlier.visit.text('id')} ends;"
                    " a visit on a shared day could belong to either"
                )
                yield later.visit.problem(key, message, "warning")
