"""Queries that checks ask: opened when a doubtful value is stored, closed when the value is corrected."""

from collections.abc import Collection, Iterable

from trials.protocol.schema.forms import Form
from visits.forms.binding import Finding
from visits.models import Entry, Query
from visits.queries.classes import class_at

CORRECTED = "The value was corrected."
WITHDRAWN = "The form was withdrawn."


def ask_and_settle(
    entry: Entry, form: Form | None, findings: Iterable[Finding], *, is_new: bool, only: Collection[str] = ()
) -> int:
    """Open a query for each new finding and close those whose finding is gone; return how many are open now.

    The same question is not asked twice: not while one is open or answered, and not again once a person closed it.
    Without a form (the entry was withdrawn) every query is closed, those of persons too. With `only`, queries of
    other checks are left alone; they are counted all the same.
    """
    found = {(one.check, one.path, one.message): one for one in findings}
    known = [] if is_new else list(Query.objects.select_for_update().filter(entry=entry))
    asked = set()
    still_open = 0
    for query in known:
        query.subject = entry.subject
        if only and query.check_id not in only:
            still_open += query.state == Query.State.OPEN
            continue
        key = (query.check_id, query.path, query.message)
        if _is_over(query, form, key in found):
            query.state = Query.State.CLOSED
            query.closing_note = CORRECTED if form else WITHDRAWN
            query.save()
        if query.state != Query.State.CLOSED or query.closing_note not in {CORRECTED, WITHDRAWN}:
            asked.add(key)
        still_open += query.state == Query.State.OPEN
    new = [_query(entry, form, one) for key, one in found.items() if key not in asked] if form else []
    if new:
        Query.objects.bulk_create(new)
    return still_open + len(new)


def _is_over(query: Query, form: Form | None, is_found: bool) -> bool:
    if query.state == Query.State.CLOSED:
        return False
    return form is None or (query.opened_by == Query.OpenedBy.CHECK and not is_found)


def _query(entry: Entry, form: Form, finding: Finding) -> Query:
    return Query(
        subject=entry.subject,
        entry=entry,
        path=finding.path,
        check_id=finding.check,
        opened_by=Query.OpenedBy.CHECK,
        message=finding.message,
        blinding=class_at(form, finding.path),
    )
