"""What happens to a form after it was saved: slips corrected, queries answered, the monitor's questions."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from uuid import UUID

from edc import clock
from edc.access.roles import Role
from edc.errors import NotVisible
from edc.rehearsal import typical
from edc.rehearsal.filling import Page, Spot
from edc.rehearsal.solving import check_wishes, infusion_wishes, solve
from edc.rehearsal.values import answer
from edc.rehearsal.work import Work
from visits.forms.answer import Answer
from visits.models import Entry, Query
from visits.operations.queries import answer_query, close_query, open_query
from visits.queries.found import entry_for, query_for
from visits.rules.slots import Slot

CHANGED = 70
"""Thousandths of the forms in which somebody finds a slip later."""
ASKED = 50
"""Thousandths of the forms about which the monitor asks."""
ANSWERED, CORRECTED = 300, 880
"""Thousandths of the queries that are answered, and up to the second number corrected; the rest stay open."""
CLOSED = 700


def look_after(work: Work, entry: Entry) -> Iterator[datetime]:
    """Everything that will happen to a form once it is saved."""
    work.timeline.add(_settle_queries(work, entry))
    if work.chance(CHANGED):
        yield work.days_on(1, 25)
        _correct(work, entry, "")
    if work.chance(ASKED):
        yield work.days_on(10, 60)
        yield from _ask(work, entry)


def _settle_queries(work: Work, entry: Entry) -> Iterator[datetime]:
    """Deal with what the checks asked: most is corrected, some is confirmed, some is left lying."""
    asked = Query.objects.filter(entry=entry, state=Query.State.OPEN).order_by("pk")
    for query_id, path in list(asked.values_list("pk", "path")):
        drawn = work.rng.randrange(1000)
        if drawn >= CORRECTED:
            continue
        yield work.days_on(2, 21)
        if drawn < ANSWERED:
            yield from _answer(work, query_id)
        elif not _is_closed(query_id):
            _correct(work, entry, path)


def _ask(work: Work, entry: Entry) -> Iterator[datetime]:
    """The monitor asks about an answer; the site answers, and mostly the question is closed."""
    monitor = work.staff.at(work.site, Role.MONITOR)
    try:
        row = entry_for(monitor, entry.pk)
    except NotVisible:
        return
    form = row.protocol_version.protocol.form(row.form)
    paths = [item.id for item in form.items() if item.id in row.values]
    if not paths or row.withdrawn:
        return
    path, message = work.rng.choice(paths), work.rng.choice(typical.QUESTIONS)
    query = work.attempt(
        "Question of the monitor",
        lambda: open_query(by=monitor, entry=row, path=path, message=message, key=clock.new_id()),
    )
    if query is not None and work.chance(CORRECTED):
        yield work.days_on(2, 30)
        yield from _answer(work, query.pk)


def _answer(work: Work, query_id: UUID) -> Iterator[datetime]:
    if _is_closed(query_id):
        return
    words = work.rng.choice(typical.ANSWERS)
    work.attempt(
        "Answer",
        lambda: answer_query(by=work.coordinator, query=query_for(work.coordinator, query_id), answer=words),
    )
    if work.chance(CLOSED):
        yield work.days_on(3, 40)
        if not _is_closed(query_id):
            closer = work.staff.at(work.site, work.rng.choice((Role.MONITOR, Role.DATA_MANAGER)))
            work.attempt("Closing", lambda: close_query(by=closer, query=query_for(closer, query_id)))


def _is_closed(query_id: UUID) -> bool:
    return Query.objects.filter(pk=query_id, state=Query.State.CLOSED).exists()


def _correct(work: Work, entry: Entry, path: str) -> None:
    """Change an answer, with a reason: the one at a path, or one in which a slip was found."""
    writer = work.writer(entry.protocol_version.protocol.form(entry.form))
    row = entry_for(writer, entry.pk)
    form = row.protocol_version.protocol.form(row.form)
    if row.withdrawn or (work.consent_withdrawn and form.id not in work.protocol.consent.after_withdrawal):
        return
    page = work.begin_page(form, _day_of(row))
    for item in form.items():
        stored = row.values.get(item.id)
        if stored is not None:
            raw = Answer.from_json(stored).to_raw()
            parts = {"text": raw.text, "unit": raw.unit, "missing": raw.missing}
            page.put(Spot(page, item), {name: part for name, part in parts.items() if part})
    before = dict(page.answers)
    spots = [spot for spot in page.spots() if spot.path in before and _may_slip(spot)]
    wanted = [spot for spot in spots if spot.path == path] or spots
    if not wanted:
        return
    spot = work.rng.choice(wanted)
    page.put(spot, answer(spot.item, page.draw))
    solve([*check_wishes(page), *infusion_wishes(page)], page.draw)
    page.settle()
    changed = _changes(page, before)
    if changed and not page.bound(row.values).errors:
        work.attempt(
            f"Correction of {form.id}",
            partial(
                work.store,
                Slot.parse(row.slot),
                form,
                changed,
                base_revision=row.revision,
                reason=work.rng.choice(typical.CORRECTIONS),
            ),
        )


def _day_of(entry: Entry) -> date:
    """The day that an entry speaks of."""
    day = entry.visit.done_on if entry.visit else entry.infusion.given_on if entry.infusion else None
    return day or entry.subject.screened_on


def _may_slip(spot: Spot) -> bool:
    """Dates and codes that decide about other forms are typed right the first time."""
    return spot.item.kind in {"integer", "decimal", "lab", "text", "time"} and spot.item.class_ == "open"


def _changes(page: Page, before: dict[str, dict[str, str]]) -> dict[str, object]:
    paths = [*before, *(path for path in page.answers if path not in before)]
    return {path: page.answers.get(path) for path in paths if page.answers.get(path) != before.get(path)}
