"""One sentence for a row of the trail where a list of its columns would be noise. The downloads keep every column."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from adverse_events.models import AdverseEvent
from edc.access.models import Membership
from edc.access.roles import ROLES, Role
from trials.models import Consent, EligibilityVerdict, Site, Subject
from trials.rules.dates import day_in_words
from visits.models import Deviation, Infusion, Query, Visit

NEW = "+"
Names = Mapping[str, str]


def sentences(model: type[Any], row: Any, names: Names) -> list[str] | None:
    """Return what a history row says, in sentences; None where its columns one by one say it better.

    `names` says what keys of sites and accounts stand for. Raises nothing: a row that fits no sentence gives None.
    """
    say = _SENTENCES.get(model)
    return say(row, names) if say else None


def _query(row: Any, names: Names) -> list[str] | None:
    if row.history_type == NEW:
        return [f"Query opened: {row.message}"]
    if "state" not in row.changes:
        return None
    match row.state:
        case Query.State.ANSWERED:
            return [f"Query answered: {row.answer}"]
        case Query.State.CLOSED:
            return [f"Query closed: {row.closing_note or row.message}"]
    return [f"Query opened again: {row.message}"]


def _deviation(row: Any, names: Names) -> list[str] | None:
    if row.history_type == NEW:
        return [f"Deviation: {row.message}"]
    return [f"No longer a deviation: {row.message}"] if row.withdrawn and "withdrawn" in row.changes else None


def _visit(row: Any, names: Names) -> list[str] | None:
    label = row.label if row.sequence == 1 else f"{row.label} {row.sequence}"
    return _planned(row, label, row.done_on)


def _infusion(row: Any, names: Names) -> list[str] | None:
    return _planned(row, f"Infusion {row.number}", row.given_on)


def _planned(row: Any, label: str, took_place_on: datetime.date | None) -> list[str] | None:
    if row.history_type == NEW:
        if took_place_on is not None:
            return [f"{label} on {day_in_words(took_place_on)}"]
        return [f"{label} planned for {day_in_words(row.planned_on)}" if row.planned_on else f"{label} planned"]
    if row.status == "cancelled" and "status" in row.changes:
        return [f"{label} cancelled"]
    return None


def _consent(row: Any, names: Names) -> list[str] | None:
    if row.history_type != NEW:
        return None
    return [f"Consent to version {row.version} given on {day_in_words(row.consented_on)}"]


def _verdict(row: Any, names: Names) -> list[str] | None:
    if row.history_type != NEW and "verdict" not in row.changes:
        return None
    verdict = dict(EligibilityVerdict.Verdict.choices).get(row.verdict, row.verdict)
    said = f"{row.criterion}: {verdict}, decided by {'the rule' if row.decided_by == 'rule' else 'the investigator'}"
    return [f"{said}. {row.note}" if row.note else said]


def _membership(row: Any, names: Names) -> list[str] | None:
    if row.history_type != NEW:
        return None
    role = ROLES[Role(row.role)].label
    place = names.get(str(row.site_id), "one site") if row.site_id else "all sites"
    until = f", until {day_in_words(row.ends_at.date())}" if row.ends_at else ""
    return [f"{names.get(str(row.user_id), 'Somebody')}: {role} at {place}{until}"]


def _subject(row: Any, names: Names) -> list[str] | None:
    if row.history_type != NEW:
        return None
    place = names.get(str(row.site_id), "its site")
    return [f"Participant {row.label} screened on {day_in_words(row.screened_on)} at {place}"]


def _site(row: Any, names: Names) -> list[str] | None:
    return [f"Site {row.code} {row.name}, {row.country}"] if row.history_type == NEW else None


def _event(row: Any, names: Names) -> list[str] | None:
    """The columns of an event repeat its report, which stands beside it; only the verdict is new."""
    if row.history_type == NEW:
        return ["Serious by the trial's definition"] if row.serious else []
    return None


_SENTENCES: dict[type[Any], Callable[[Any, Names], list[str] | None]] = {
    Query: _query,
    Deviation: _deviation,
    Visit: _visit,
    Infusion: _infusion,
    Consent: _consent,
    EligibilityVerdict: _verdict,
    Membership: _membership,
    Subject: _subject,
    Site: _site,
    AdverseEvent: _event,
}
