"""The events of a participant, recording one, and one with its report."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from adverse_events.forms import EventFilters
from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event, save_event_report, withdraw_event
from adverse_events.queries.events import (
    EventLine,
    event_for,
    events_of,
    events_page,
    new_event,
    report_of,
    withheld_columns,
)
from adverse_events.queries.places import place_of_event
from adverse_events.rules.projection import SERIOUS_WORDS, grade_words
from edc import clock
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import NotAllowed, Refused
from trials.models import Subject
from trials.queries import sites_for, version_in_force
from visits.forms.pages import TakenBack
from visits.forms.participants import show_refusal
from visits.models import Entry
from visits.operations.drafts import drop_draft
from visits.queries.found import subject_for, trial_for
from visits.queries.lists import Filters
from visits.queries.subject_page import header_of
from visits.views.entry import FormDoor, form_drawn, form_page
from visits.views.links import address, subject_crumbs

COLUMNS = ("Event", "What happened", "Grade", "Serious", "Onset", "End", "Report", "Queries")


@login_required
@require_safe
def events(request: ActingRequest, subject_id: uuid.UUID) -> HttpResponse:
    """The adverse events of a participant, by number."""
    subject = subject_for(request.actor, subject_id, Permission.ENTRY_VIEW)
    rows = [[_number_cell(line), *_cells(line)] for line in events_of(request.actor, subject)]
    may_record = request.actor.may(Permission.EVENT_RECORD, subject.scope())
    new = {"label": "Record an event", "href": reverse("adverse_events:new", args=[subject.pk]), "primary": True}
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*subject_crumbs(subject), {"label": "Adverse events"}],
        "actions": [new] if may_record else [],
        "columns": [{"label": label} for label in COLUMNS],
        "rows": rows,
    }
    return render(request, "adverse_events/events.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: ActingRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Record an adverse event."""
    subject = subject_for(request.actor, subject_id, Permission.ENTRY_VIEW)
    if not request.actor.may(Permission.EVENT_RECORD, subject.scope()):
        raise NotAllowed
    place = place_of_event(new_event(subject))
    made: list[AdverseEvent] = []

    def save(*, key: uuid.UUID | None, base_revision: int, **given: Any) -> Entry:
        event = open_event(subject=subject, key=key or clock.new_id(), **given)
        made.append(event)
        return report_of(event)

    here = reverse("adverse_events:new", args=[subject.pk])
    crumbs = [*subject_crumbs(subject), _events_crumb(subject)]
    extra = {"title": "Record an adverse event", **_about_serious(subject)}
    door = FormDoor(
        place=place,
        save=save,
        here=here,
        permission=Permission.EVENT_RECORD,
        crumbs=crumbs,
        extra=extra,
        template="adverse_events/event.html",
        withdrawable=False,
    )
    response = form_page(request, door)
    if made:
        drop_draft(request.actor, subject, place.slot)
        response["Location"] = reverse("adverse_events:event", args=[made[0].pk])
    return response


@login_required
@require_http_methods(["GET", "POST"])
def event(request: ActingRequest, event_id: uuid.UUID) -> HttpResponse:
    """One event: its report, and that it was recorded in error."""
    found = event_for(request.actor, event_id)
    subject = found.subject
    taken_back = request.POST.get("act") == "withdraw"
    undo = TakenBack(request.POST if taken_back else None, prefix="withdraw")
    here = reverse("adverse_events:event", args=[found.pk])
    if taken_back and undo.is_valid():
        try:
            withdraw_event(by=request.actor, event=found, reason=undo.cleaned_data["reason"])
        except Refused as refusal:
            show_refusal(undo, refusal)
        else:
            messages.success(request, f"Event {found.number} is withdrawn. Number and report stay on record.")
            return _see_other(here)
    if found.withdrawn and request.method != "POST":
        return _withdrawn(request, found)

    def save(**given: Any) -> Entry:
        return save_event_report(event=found, **given)

    may_record = request.actor.may(Permission.EVENT_RECORD, subject.scope())
    door = FormDoor(
        place=place_of_event(found),
        save=save,
        here=here,
        permission=Permission.EVENT_RECORD,
        crumbs=[*subject_crumbs(subject), _events_crumb(subject)],
        extra={
            "title": f"Adverse event {found.number}",
            "facts": _facts(request, found),
            "undo_form": undo if may_record and not found.withdrawn else None,
            **_about_serious(subject),
        },
        template="adverse_events/event.html",
        withdrawable=False,
    )
    return form_drawn(request, door) if taken_back else form_page(request, door)


@login_required
@require_safe
def trial_events(request: ActingRequest, code: str) -> HttpResponse:
    """The adverse events of a trial, newest first."""
    trial = trial_for(request.actor, code, Permission.ENTRY_VIEW)
    protocol = version_in_force(request.actor, trial).protocol
    settings = protocol.adverse_events
    steps = protocol.scale(settings.scale).grades if settings else ()
    form = EventFilters(
        request.GET,
        grades=[(step.code, grade_words(protocol, step.code)) for step in steps],
        sites=[(site.code, str(site)) for site in sites_for(request.actor, trial, Permission.SUBJECT_VIEW)],
    )
    form.is_valid()
    chosen = {name: value.replace("\0", "").strip() for name, value in form.cleaned_data.items()}
    filters = Filters(chosen.get("which", ""), chosen.get("site", ""), chosen.get("participant", ""))
    listed = events_page(
        request.actor,
        trial,
        filters,
        chosen.get("grade", ""),
        older_than=request.GET.get("older", ""),
        newer_than=request.GET.get("newer", ""),
    )
    rows = [[_labelled_cell(line), *_cells(line)] for line in listed.lines]
    context = {
        "trial": trial,
        "crumbs": [{"label": trial.code, "href": address("trials:trial", trial.code)}, {"label": "Adverse events"}],
        "title": "Adverse events",
        "form": form,
        "columns": [{"label": label} for label in COLUMNS],
        "rows": rows,
        "count": listed.count,
        "empty": "There is no such event.",
        "previous_url": f"?{urlencode({**chosen, 'newer': listed.newer})}" if listed.newer else "",
        "next_url": f"?{urlencode({**chosen, 'older': listed.older})}" if listed.older else "",
    }
    return render(request, "visits/list.html", context)


def _number_cell(line: EventLine) -> dict[str, str]:
    return {"text": f"Event {line.event.number}", "href": reverse("adverse_events:event", args=[line.event.pk])}


def _labelled_cell(line: EventLine) -> dict[str, str]:
    text = f"{line.event.subject.label}, event {line.event.number}"
    return {"text": text, "href": reverse("adverse_events:event", args=[line.event.pk])}


def _cells(line: EventLine) -> list[dict[str, Any]]:
    asked = f"{line.open_queries} open" if line.open_queries else ""
    report = {"text": "recorded in error"} if line.event.withdrawn else {"text": "", "status": line.status}
    texts = (line.term, line.grade, line.serious, line.onset, line.ended)
    return [*({"text": text} for text in texts), report, {"text": asked}]


def _events_crumb(subject: Subject) -> dict[str, str]:
    return {"label": "Adverse events", "href": reverse("adverse_events:events", args=[subject.pk])}


def _about_serious(subject: Subject) -> dict[str, str]:
    """The trial's own definition of *serious*, to be read beside the form."""
    settings = subject.site.protocol_version.protocol.adverse_events
    return {"serious_words": settings.serious_words.text()} if settings else {}


def _facts(request: ActingRequest, found: AdverseEvent) -> list[dict[str, str]]:
    protocol = found.subject.site.protocol_version.protocol
    hidden = withheld_columns(request.actor, found.subject, protocol)
    facts = (
        ("serious", "By the trial's definition", SERIOUS_WORDS[found.serious]),
        ("grade", "Grade", grade_words(protocol, found.grade)),
        ("", "Recorded in error", found.withdrawn_note),
    )
    return [{"label": label, "value": value} for column, label, value in facts if value and column not in hidden]


def _withdrawn(request: ActingRequest, found: AdverseEvent) -> HttpResponse:
    """An event that was recorded in error: why, and where its record is."""
    subject = found.subject
    trail = request.actor.may(Permission.TRAIL_VIEW, subject.scope())
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*subject_crumbs(subject), _events_crumb(subject), {"label": f"Event {found.number}"}],
        "title": f"Adverse event {found.number}",
        "facts": _facts(request, found),
        "trail_url": address("trail:subject", subject.pk) if trail else "",
    }
    return render(request, "adverse_events/withdrawn.html", context)


def _see_other(url: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": url})
