"""The page of one participant: visits by forms with their state, and what to do next.

A fixed number of statements, whatever the number of visits, forms and entries.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from trials.models import Subject
from trials.protocol import Protocol
from trials.queries.arms import arm_of
from trials.rules.calendar import Timing
from trials.rules.dates import day_in_words
from trials.rules.expression import UNKNOWN, Between
from visits.models import Cell, Deviation, Entry, Infusion, Visit
from visits.queries.classes import hidden_classes
from visits.queries.places import forms_at
from visits.queries.telling import is_shown
from visits.queries.values import values_for_rules
from visits.rules.slots import SCREENING, UNSCHEDULED, Slot, infusion_slot, log_slot, visit_slot
from visits.rules.timing import Standing, standing


@dataclass
class Column:
    """One column of the matrix: a visit, an infusion, or what belongs to no visit."""

    name: str
    visit: Visit | None = None
    infusion: Infusion | None = None
    stands: Standing | None = None
    forms: tuple[str, ...] = ()
    href: str = ""
    apart: bool = False

    @property
    def held(self) -> Visit | Infusion | None:
        """The visit or infusion."""
        return self.visit or self.infusion

    @property
    def took_place_on(self) -> date | None:
        """The day of the visit or infusion, when it took place."""
        return self.visit.done_on if self.visit else self.infusion.given_on if self.infusion else None

    def slot(self, form: str) -> Slot | None:
        """The place of a form in this column; None where there is no single one."""
        if self.visit:
            return visit_slot(self.visit.code, self.visit.sequence, form)
        return infusion_slot(self.infusion.number, form) if self.infusion else None


@dataclass(frozen=True)
class Step:
    """What to do next: a sentence, and where."""

    sentence: str
    href: str = ""
    late: bool = False


@dataclass
class SubjectPage:
    """All that the page draws."""

    subject: Subject
    header: dict[str, Any]
    visits: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    step: Step
    logs: list[dict[str, Any]]
    infusions: list[Infusion]
    deviations: int
    standings: list[Column] = field(default_factory=list)


def subject_page(actor: Actor, subject: Subject) -> SubjectPage:
    """Everything on a participant's page, for a participant who was fetched in the actor's scope."""
    today = clock.today(subject.site.time_zone)
    protocol = subject.site.protocol_version.protocol
    visits = list(Visit.objects.filter(subject=subject).order_by("position", "sequence"))
    infusions = list(Infusion.objects.filter(subject=subject).order_by("number"))
    visits = [one for one in visits if is_shown(actor, subject, one, None)]
    infusions = [one for one in infusions if is_shown(actor, subject, None, one)]
    reads = actor.may(Permission.ENTRY_VIEW, subject.scope())
    cells = {cell.slot: cell for cell in Cell.objects.filter(subject=subject)} if reads else {}
    columns = _columns(protocol, visits, infusions, today)
    hidden = hidden_classes(actor, subject.scope())
    forms = [form.id for form in protocol.forms if form.class_ not in hidden]
    step = next_step(actor, subject, protocol, columns, cells, forms)
    may_see_deviations = actor.may(Permission.DEVIATION_VIEW, subject.scope())
    return SubjectPage(
        subject=subject,
        header=subject_header(actor, subject, columns, cells),
        visits=[_head(column) for column in columns],
        groups=_groups(subject, protocol, columns, cells, forms if reads else [], step),
        step=step,
        logs=_logs(subject, protocol, cells, forms) if reads else [],
        infusions=infusions,
        deviations=Deviation.objects.filter(subject=subject, withdrawn=False).count() if may_see_deviations else 0,
        standings=columns,
    )


def header_of(actor: Actor, subject: Subject) -> dict[str, Any]:
    """The participant's header for any page about them."""
    today = clock.today(subject.site.time_zone)
    visits = list(Visit.objects.filter(subject=subject).order_by("position", "sequence"))
    cells = {cell.slot: cell for cell in Cell.objects.filter(subject=subject, open_queries__gt=0)}
    protocol = subject.site.protocol_version.protocol
    visits = [one for one in visits if is_shown(actor, subject, one, None)]
    columns = _columns(protocol, visits, [], today)
    return subject_header(actor, subject, columns, cells)


def subject_header(actor: Actor, subject: Subject, columns: list[Column], cells: dict[str, Cell]) -> dict[str, Any]:
    """Who the page is about, in the words of components/subject_header.html."""
    coming = next((one for one in columns if one.visit and one.visit.status == Visit.Status.PLANNED), None)
    planned = coming.visit.planned_on if coming and coming.visit else None
    reads = actor.may(Permission.ENTRY_VIEW, subject.scope())
    return {
        "number": subject.label,
        "href": reverse("visits:subject", args=[subject.pk]),
        "site": str(subject.site),
        "age_sex": _age_and_sex(subject) if reads else "",
        "status": subject.get_status_display(),
        "arm": arm_of(actor, subject) or "",
        "next_visit": f"{coming.name}, {day_in_words(planned)}" if coming and planned else "",
        "next_visit_late": coming.stands.days if coming and coming.stands else 0,
        "queries": sum(cell.open_queries for cell in cells.values()) if reads else 0,
        "queries_url": f"{reverse('visits:queries', args=[subject.trial.code])}?participant={subject.label}",
    }


def next_step(
    actor: Actor, subject: Subject, protocol: Protocol, columns: list[Column], cells: dict[str, Cell], forms: list[str]
) -> Step:
    """What is to be done next for this participant, the most pressing first."""
    if subject.consent_withdrawn_on is not None and not subject.has_ended:
        return Step("Consent was withdrawn. End the participation.", reverse("visits:end", args=[subject.pk]))
    if subject.has_ended:
        return _query_step(subject, cells) or Step(f"The participation is over: {subject.get_status_display()}.")
    return (
        _overdue_step(columns)
        or _incomplete_step(subject, protocol, columns, cells, forms)
        or _query_step(subject, cells)
        or _screening_step(subject)
        or _coming_step(columns)
        or Step("Every planned visit is done.", reverse("visits:end", args=[subject.pk]))
    )


def _overdue_step(columns: list[Column]) -> Step | None:
    late = next((one for one in columns if one.stands and one.stands.timing is Timing.OVERDUE), None)
    if late is None or late.stands is None:
        return None
    outcome = "missed" if late.visit else "not given"
    days = f"{late.stands.days} day{'' if late.stands.days == 1 else 's'}"
    return Step(f"{late.name} is {days} late. Record it, or say why it was {outcome}.", late.href, late=True)


def _incomplete_step(
    subject: Subject, protocol: Protocol, columns: list[Column], cells: dict[str, Cell], forms: list[str]
) -> Step | None:
    for column in columns:
        if column.took_place_on is None:
            continue
        for form in column.forms:
            slot = column.slot(form)
            cell = cells.get(str(slot))
            if form in forms and (cell is None or cell.status != Entry.Status.COMPLETE):
                title = protocol.form(form).title.text()
                verb = "Fill in" if cell is None else "Complete"
                return Step(f"{verb} {title} at {column.name}.", entry_url(subject, slot))
    return None


def _query_step(subject: Subject, cells: dict[str, Cell]) -> Step | None:
    asked = next((cell for cell in cells.values() if cell.open_queries), None)
    if asked is None:
        return None
    count = sum(cell.open_queries for cell in cells.values())
    words = "1 query is open" if count == 1 else f"{count} queries are open"
    return Step(f"{words}. Answer it." if count == 1 else f"{words}. Answer them.", entry_url(subject, asked.slot))


def _screening_step(subject: Subject) -> Step | None:
    if subject.status != Subject.Status.SCREENING:
        return None
    return Step("Look at eligibility, then assign the arm.", reverse("visits:eligibility", args=[subject.pk]))


def _coming_step(columns: list[Column]) -> Step | None:
    """The visit or infusion that comes first by its planned day."""
    coming = [
        (held.planned_on, held.latest, column)
        for column in columns
        if (held := column.held) is not None and held.status == "planned" and held.planned_on and held.latest
    ]
    if not coming:
        return None
    planned_on, latest, column = min(coming, key=lambda one: one[0])
    if column.stands and column.stands.timing is Timing.DUE:
        return Step(f"{column.name} is due until {day_in_words(latest)}.", column.href)
    return Step(f"{column.name}, planned for {day_in_words(planned_on)}.", column.href)


def _columns(protocol: Protocol, visits: list[Visit], infusions: list[Infusion], today: date) -> list[Column]:
    """Planned visits, then infusions, then unscheduled visits; the last two set apart."""
    planned: list[Column] = []
    unscheduled: list[Column] = []
    for visit in visits:
        if visit.code == UNSCHEDULED and visit.status == Visit.Status.CANCELLED:
            continue
        column = Column(
            name=visit.label,
            visit=visit,
            stands=standing(visit.planned_on, visit.earliest, visit.latest, visit.done_on, today)
            if visit.status in {Visit.Status.PLANNED, Visit.Status.DONE}
            else None,
            forms=forms_at(protocol, visit_slot(visit.code, visit.sequence, "X")),
            href=reverse("visits:visit", args=[visit.pk]),
        )
        (unscheduled if visit.code == UNSCHEDULED else planned).append(column)
    given = [
        Column(
            name=str(infusion).capitalize(),
            infusion=infusion,
            stands=standing(infusion.planned_on, infusion.earliest, infusion.latest, infusion.given_on, today)
            if infusion.status in {Infusion.Status.PLANNED, Infusion.Status.GIVEN}
            else None,
            forms=forms_at(protocol, infusion_slot(infusion.number, "X")),
            href=infusion_url(infusion),
        )
        for infusion in infusions
    ]
    for part in (given, unscheduled):
        if part:
            part[0].apart = True
    return planned + given + unscheduled


def _head(column: Column) -> dict[str, Any]:
    held = column.held
    planned = getattr(held, "planned_on", None)
    open_now = held is not None and held.status == "planned" and column.stands is not None
    timing = column.stands.timing if column.stands and open_now else None
    cancelled = held is not None and held.status == "cancelled"
    is_screening = column.visit is not None and column.visit.code == SCREENING
    return {
        "name": column.name,
        "href": column.href,
        "planned": day_in_words(planned) if planned and not is_screening and not cancelled else "",
        "window": window_words(held) if held is not None and not cancelled else "",
        "actual": day_in_words(column.took_place_on) if column.took_place_on else "",
        "due": timing is Timing.DUE,
        "late": column.stands.days if timing is Timing.OVERDUE and column.stands else 0,
        "cancelled": cancelled,
        "missed": held is not None and held.status in {"missed", "not_given"},
        "apart": column.apart,
    }


def window_words(held: Visit | Infusion) -> str:
    """The window as people write it: `± 7 d`, `−0 +7 d`; empty without a window."""
    if held.planned_on is None or held.earliest is None or held.latest is None:
        return ""
    before, after = (held.planned_on - held.earliest).days, (held.latest - held.planned_on).days
    if before == after:
        return f"± {before} d" if before else ""
    return f"−{before} +{after} d"


def _groups(
    subject: Subject, protocol: Protocol, columns: list[Column], cells: dict[str, Cell], forms: list[str], step: Step
) -> list[dict[str, Any]]:
    """One row for each form that is foreseen or filled in somewhere, in the order of the protocol."""
    filled = {cell.form for cell in cells.values() if not cell.slot.startswith(("log/", "event:"))}
    expected = {form for column in columns for form in column.forms} | filled
    known = [form for form in forms if form in expected]
    rows = [
        {
            "name": protocol.form(form).title.text(),
            "cells": [_cell(subject, protocol, form, column, cells, step) for column in columns],
        }
        for form in known
    ]
    return [{"name": "", "rows": rows}] if rows else []


def _cell(
    subject: Subject, protocol: Protocol, form: str, column: Column, cells: dict[str, Cell], step: Step
) -> dict[str, Any]:
    slot = column.slot(form)
    cell = cells.get(str(slot))
    if cell is None and form not in column.forms:
        return {"status": "not_expected", "href": "", "apart": column.apart}
    held = column.held
    if cell is None and held is not None and held.status in {"missed", "cancelled", "not_given"}:
        status = "not_expected" if held.status == "cancelled" else "missed"
        return {"status": status, "href": "", "apart": column.apart}
    status = cell.status if cell else "empty"
    queries = cell.open_queries if cell else 0
    words = [protocol.form(form).title.text(), column.name, status.replace("_", " ")]
    if queries:
        words.append(f"{queries} quer{'y' if queries == 1 else 'ies'} open")
    href = entry_url(subject, slot)
    return {
        "status": status,
        "href": href,
        "sentence": ", ".join(words),
        "queries": queries,
        "next": href == step.href,
        "apart": column.apart,
    }


def _logs(subject: Subject, protocol: Protocol, cells: dict[str, Cell], forms: list[str]) -> list[dict[str, Any]]:
    """The forms that run through the whole participation, with their entries."""
    logs = []
    for form_id in protocol.schedule.logs:
        form = protocol.form(form_id)
        if form_id not in forms or form.about not in {"subject", "visit"}:
            continue
        entries = sorted(
            (Slot.parse(slot).sequence, cell) for slot, cell in cells.items() if slot.startswith(f"log/{form_id}/")
        )
        number = max((sequence for sequence, _ in entries), default=0) + 1
        logs.append(
            {
                "title": form.title.text(),
                "new_url": entry_url(subject, log_slot(form_id, number)),
                "entries": [
                    {
                        "name": str(sequence),
                        "href": entry_url(subject, cell.slot),
                        "status": cell.status,
                        "queries": cell.open_queries,
                    }
                    for sequence, cell in entries
                ],
            }
        )
    return logs


def entry_url(subject: Subject, slot: object) -> str:
    """The page of the form at a slot."""
    return reverse("visits:entry", args=[subject.pk, str(slot)])


def infusion_url(infusion: Infusion) -> str:
    """The page of an infusion."""
    return reverse("visits:infusion", args=[infusion.subject_id, infusion.number])


def _age_and_sex(subject: Subject) -> str:
    """`61 years, female`; what is not entered yet is left out."""
    demographics = subject.protocol.demographics
    if demographics is None:
        return ""
    values = values_for_rules(subject, ["subject.age", "subject.sex"])
    age, sex = values["subject.age"], values["subject.sex"]
    words = []
    if isinstance(age, Between):
        words.append(f"{age.low} to {age.high} years")
    elif age is not UNKNOWN:
        words.append(f"{age} years")
    if sex is not UNKNOWN:
        item = subject.protocol.item(demographics.sex)
        words.append(subject.protocol.choice_list(item.choices or "").label_of(str(sex)).lower())
    return ", ".join(words)
