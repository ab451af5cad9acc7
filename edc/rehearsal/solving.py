"""Answers that fit together: a bounded search for values with which every rule is as one wishes it to be.

Nothing is known of a rule but the names that it reads and what it answers. So one broken wish is picked, one of its
answers is tried with other values, the best is kept, and so on; most forms need no step or a few.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from edc.rehearsal.filling import Case, Page, Spot
from edc.rehearsal.values import Draw, Typed, answer, codes_of, decimals_of, rounded, usual_range
from trials.protocol.schema.identity import Criterion
from trials.protocol.schema.items import Check
from trials.rules import eligibility
from trials.rules.expression import Expression
from visits.forms.plan import PlannedCheck, plan_of

STEPS = 30
DRAWS = 6
GRID = 60
OLDEST = 85


@dataclass(frozen=True)
class Wish:
    """A rule that should come out in a certain way, and the answers that can bring that about."""

    holds: Callable[[], bool]
    spots: tuple[Spot, ...]


def solve(wishes: Iterable[Wish], draw: Draw) -> bool:
    """Change answers until every wish holds; return whether that was reached within so many steps."""
    every = [wish for wish in wishes if wish.spots]
    touching: dict[Spot, list[Wish]] = {}
    for wish in every:
        for spot in wish.spots:
            touching.setdefault(spot, []).append(wish)
    for _ in range(STEPS):
        broken = [wish for wish in every if not wish.holds()]
        if not broken:
            return True
        spot = draw.rng.choice(draw.rng.choice(broken).spots)
        _improve(spot, touching[spot], draw)
    return all(wish.holds() for wish in every)


def _improve(spot: Spot, wishes: list[Wish], draw: Draw) -> None:
    """Keep the value with the fewest broken wishes; among equals one by chance, for else the search stands still."""
    best: list[Typed] = []
    fewest = len(wishes) + 1
    others = {other for wish in wishes for other in wish.spots if other != spot}
    for typed in candidates(spot, draw, sorted(others, key=lambda other: other.path)):
        spot.page.put(spot, typed)
        count = sum(not wish.holds() for wish in wishes)
        if count < fewest:
            best, fewest = [], count
        if count == fewest:
            best.append(typed)
        if not fewest:
            break
    spot.page.put(spot, draw.rng.choice(best))


def candidates(spot: Spot, draw: Draw, others: Iterable[Spot] = ()) -> Iterator[Typed]:
    """Values worth trying: every code of a list; numbers by chance, by adding up other answers, over a grid."""
    item = spot.item
    codes = codes_of(item, draw.protocol)
    if item.kind != "many" and codes:
        yield from ({"text": code} for code in draw.rng.sample(codes, len(codes)))
        return
    demographics = draw.protocol.demographics
    if demographics is not None and f"{spot.page.form.id}.{item.id}" == demographics.birth_date:
        yield from ({"text": born_before(draw).isoformat()} for _ in range(DRAWS))
        return
    for _ in range(DRAWS):
        yield answer(item, draw)
    if item.kind in {"date", "partial_date"}:
        for _ in range(DRAWS):
            yield {"text": (draw.day - timedelta(days=draw.rng.randint(0, 14))).isoformat()}
    if item.kind in {"integer", "decimal", "lab"}:
        yield from _sums(spot, draw, others)
    if item.kind in {"integer", "decimal"}:
        low, high = usual_range(item, draw.protocol) if item.low is None or item.high is None else (item.low, item.high)
        places = min(GRID, int((high - low).scaleb(decimals_of(item)))) or 1
        for place in range(places + 1):
            yield {"text": rounded(low + (high - low) * place / places, decimals_of(item))}


def _sums(spot: Spot, draw: Draw, others: Iterable[Spot]) -> Iterator[Typed]:
    """What two other answers give together or apart: totals and remainders are what checks mostly ask for."""
    values = [value for other in others if isinstance(value := other.page.value(other), Decimal)]
    found = {abs(one + sign * two) for one, two in itertools.combinations(values, 2) for sign in (1, -1)}
    typed, item = spot.page.answers.get(spot.path, {}), spot.item
    for number in sorted(found):
        if item.kind != "lab":
            yield {"text": rounded(number, decimals_of(item))}
        elif "unit" in typed:
            factor = draw.protocol.analyte(item.analyte or item.id).by_unit[typed["unit"]].factor
            yield {
                "text": rounded(number / factor, 2 if item.decimals is None else item.decimals),
                "unit": typed["unit"],
            }


def born_before(draw: Draw) -> date:
    """A birth date of an adult, of any age."""
    days = draw.rng.randint(18 * 365, OLDEST * 365)
    return draw.since - timedelta(days=days)


def check_wishes(page: Page, broken: Check | None = None) -> list[Wish]:
    """No check of the page should find anything; the one named, if any, should."""
    wishes = []
    for planned in plan_of(page.form, page.context.protocol).checks:
        rows = page.rows.get(planned.group.id, []) if planned.group else [""]
        for row in rows:
            wanted = planned.check is broken
            wishes.append(Wish(_found_is(page, planned, row, wanted), _spots(page, planned, row)))
    return wishes


def _found_is(page: Page, planned: PlannedCheck, row: str, wanted: bool) -> Callable[[], bool]:
    return lambda: (page.says(planned.when, row) is True) is wanted


def _spots(page: Page, planned: PlannedCheck, row: str) -> tuple[Spot, ...]:
    reads = sorted(name for name in planned.when.reads if "." not in name)
    spots = (Spot(page, page.form.by_id[name], row) for name in reads)
    return tuple(spot for spot in spots if _may_give_way(spot))


def _may_give_way(spot: Spot) -> bool:
    """The day that a form speaks of stands fast; what is not there is not made up."""
    stands = spot.item.kind == "date" and spot.item.required is True
    return not stands and spot.path in spot.page.answers and spot.page.applies(spot)


def criterion_wishes(
    case: Case, rules: Mapping[str, Expression], criteria: Iterable[Criterion], unmet: str = ""
) -> list[Wish]:
    """Every criterion with a rule should be met; the one named, if any, should not."""
    wishes = []
    for criterion in criteria:
        rule = rules.get(criterion.id)
        if rule is None:
            continue
        wanted = eligibility.NOT_MET if criterion.id == unmet else eligibility.MET
        sources = (case.source(name) for name in sorted(rule.reads))
        wishes.append(Wish(_verdict_is(case, criterion, rule, wanted), tuple(one for one in sources if one)))
    return wishes


def _verdict_is(case: Case, criterion: Criterion, rule: Expression, wanted: str) -> Callable[[], bool]:
    def holds() -> bool:
        answered = rule.evaluate({name: case.named(name, {}) for name in rule.reads})
        return eligibility.verdict(criterion, answered) == wanted

    return holds


def life_wishes(page: Page, *, died: bool) -> list[Wish]:
    """Nobody who is followed is recorded as dead, and whoever died is: by what the items mean in CDASH."""
    wishes = []
    for spot in page.spots():
        meaning = spot.item.cdash
        if meaning == "DTHDAT":
            rules = plan_of(page.form, page.context.protocol).show.get(spot.item.id, ())
            names = sorted({name for rule in rules for name in rule.reads if "." not in name})
            holds = _applies_is(spot, died)
            wishes.append(Wish(holds, tuple(Spot(page, page.form.by_id[name], spot.row) for name in names)))
        elif meaning == "AESDTH" and not died:
            wishes.append(Wish(_is_not(spot, "Y"), (spot,)))
        elif meaning == "AEOUT" and not died:
            wishes.append(Wish(_is_not(spot, "FATAL"), (spot,)))
    return wishes


def infusion_wishes(page: Page) -> list[Wish]:
    """An infusion stops after it starts."""
    infusions = page.draw.protocol.infusions
    if infusions is None or infusions.forms.administration != page.form.id:
        return []
    named = [infusions.start_item, infusions.stop_item]
    spots = tuple(Spot(page, page.form.by_id[name]) for name in named if name)
    return [Wish(_in_order(spots), spots)] if len(spots) == len(named) else []


def _in_order(spots: tuple[Spot, ...]) -> Callable[[], bool]:
    def holds() -> bool:
        start, stop = (spot.page.value(spot) for spot in spots)
        return not isinstance(start, time) or not isinstance(stop, time) or start < stop

    return holds


def _applies_is(spot: Spot, wanted: bool) -> Callable[[], bool]:
    return lambda: spot.page.applies(spot) is wanted


def _is_not(spot: Spot, code: str) -> Callable[[], bool]:
    return lambda: spot.page.answers.get(spot.path, {}).get("text") != code
