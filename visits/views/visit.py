"""The page of a visit: its date, its forms, that it was missed, and what was recorded in error."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import Refused
from trials.rules.dates import day_in_words
from visits.forms.pages import Missed, TakenBack, Unscheduled, VisitDay
from visits.forms.participants import show_refusal
from visits.models import Visit
from visits.operations.visits import add_unscheduled, mark_missed, record_visit, undo_visit
from visits.queries.found import subject_for, visit_for
from visits.queries.subject_page import header_of
from visits.queries.visit_page import visit_page
from visits.views.links import subject_crumbs


@login_required
@require_http_methods(["GET", "POST"])
def visit(request: ActingRequest, visit_id: uuid.UUID) -> HttpResponse:
    """Show a visit, or record that it took place, was missed, or that the record was a mistake."""
    found = visit_for(request.actor, visit_id)
    act = request.POST.get("act", "")
    day = VisitDay(
        request.POST if act == "day" else None,
        recorded=found.status != Visit.Status.PLANNED,
        initial={"done_on": found.done_on or None},
        prefix="day",
    )
    missed = Missed(request.POST if act == "missed" else None, prefix="missed")
    undo = TakenBack(request.POST if act == "undo" else None, prefix="undo")
    acts: dict[str, tuple[forms.Form, Callable[..., Visit], str]] = {
        "day": (day, record_visit, "The visit is recorded."),
        "missed": (missed, mark_missed, "The visit is recorded as missed."),
        "undo": (undo, undo_visit, "The record of this visit is taken back."),
    }
    status = 200
    if request.method == "POST" and act in acts:
        form, operation, words = acts[act]
        if form.is_valid() and _did(form, lambda: operation(by=request.actor, visit=found, **form.cleaned_data)):
            messages.success(request, words)
            return _see_other(reverse("visits:visit", args=[found.pk]))
        status = 422
    return render(request, "visits/visit.html", _context(request, found, day, missed, undo), status=status)


@login_required
@require_http_methods(["GET", "POST"])
def unscheduled(request: ActingRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Add a visit that nobody planned."""
    subject = subject_for(request.actor, subject_id, Permission.VISIT_RECORD)
    form = Unscheduled(request.POST or None)
    made: list[Visit] = []

    def add() -> None:
        given = form.cleaned_data
        made.append(
            add_unscheduled(
                by=request.actor, subject=subject, on=given["done_on"], key=given["key"], reason=given["reason"]
            )
        )

    if request.method == "POST" and form.is_valid() and _did(form, add):
        messages.success(request, "The visit is added.")
        return _see_other(reverse("visits:visit", args=[made[0].pk]))
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*subject_crumbs(subject), {"label": "Unscheduled visit"}],
        "title": "Unscheduled visit",
        "lead": "A visit that took place and that the calendar does not foresee.",
        "form": form,
        "verb": "Add the visit",
        "back_url": reverse("visits:subject", args=[subject.pk]),
    }
    return render(request, "visits/small_form.html", context, status=422 if form.errors else 200)


def _window(found: Visit) -> str:
    if found.earliest is None or found.latest is None:
        return ""
    return f"{day_in_words(found.earliest)} to {day_in_words(found.latest)}"


def _did(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Do it, or put what was refused beside the fields."""
    try:
        act()
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _context(
    request: ActingRequest, found: Visit, day: forms.Form, missed: forms.Form, undo: forms.Form
) -> dict[str, Any]:
    subject = found.subject
    page = visit_page(request.actor, found)
    may_record = request.actor.may(Permission.VISIT_RECORD, subject.scope())
    facts = [
        ("Planned", day_in_words(found.planned_on) if found.planned_on else "not planned"),
        ("Window", _window(found)),
        ("Status", found.get_status_display()),
        ("Took place", day_in_words(found.done_on) if found.done_on else ""),
        ("Reason", found.note),
    ]
    open_to_a_date = found.status != Visit.Status.CANCELLED and found.anchor != "screening"
    recorded = found.status in {Visit.Status.DONE, Visit.Status.MISSED} and found.anchor != "screening"
    return {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*subject_crumbs(subject), {"label": found.label}],
        "visit": found,
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "page": page,
        "day_form": day if may_record and open_to_a_date else None,
        "missed_form": missed if may_record and found.status == Visit.Status.PLANNED else None,
        "undo_form": undo if may_record and recorded else None,
    }


def _see_other(url: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
