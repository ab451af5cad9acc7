"""The page of an infusion: its form, that it was not given, and what was recorded in error."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import NotVisible, Refused
from trials.rules.dates import day_in_words
from visits.forms.pages import NotGiven, TakenBack
from visits.forms.participants import show_refusal
from visits.models import Entry, Infusion
from visits.operations.infusions import mark_not_given, record_infusion, undo_infusion
from visits.queries.found import infusion_for, subject_for
from visits.queries.infusion_page import infusion_page
from visits.queries.places import Place
from visits.rules.slots import infusion_slot
from visits.views.entry import FormDoor, form_drawn, form_page
from visits.views.links import infusion_crumbs


@login_required
@require_http_methods(["GET", "POST"])
def infusion(request: ActingRequest, subject_id: uuid.UUID, number: int) -> HttpResponse:
    """Show an infusion, or record how it was given, that it was not, or that its record was a mistake."""
    subject = subject_for(request.actor, subject_id, Permission.ENTRY_VIEW)
    planned = subject.site.protocol_version.protocol.infusions
    if planned is None:
        raise NotVisible
    found = infusion_for(request.actor, subject, number)
    act = request.POST.get("act", "")
    not_given = NotGiven(request.POST if act == "not_given" else None, prefix="notgiven")
    undo = TakenBack(request.POST if act == "undo" else None, prefix="undo")
    acts: dict[str, tuple[forms.Form, Callable[..., Infusion], str]] = {
        "not_given": (not_given, mark_not_given, "The infusion is recorded as not given."),
        "undo": (undo, undo_infusion, "The record of this infusion is taken back."),
    }
    here = reverse("visits:infusion", args=[subject.pk, found.number])
    if act in acts:
        form, operation, words = acts[act]
        if form.is_valid() and _did(request, form, operation, found):
            messages.success(request, words)
            return HttpResponse(status=303, headers={"Location": here})

    def save(**given: Any) -> Entry:
        return record_infusion(infusion=found, **given)

    page = infusion_page(request.actor, found)
    door = FormDoor(
        place=Place(
            subject,
            infusion_slot(found.number, planned.forms.administration),
            infusion=found,
            label=f"Infusion {found.number}",
        ),
        save=save,
        here=here,
        permission=Permission.INFUSION_RECORD,
        crumbs=infusion_crumbs(found),
        extra={
            "facts": _facts(found),
            "deviations": page.deviations,
            "not_given_form": not_given if page.may_be_marked else None,
            "undo_form": undo if page.may_be_undone else None,
        },
        template="visits/infusion.html",
        withdrawable=False,
    )
    return form_drawn(request, door) if act in acts else form_page(request, door)


def _did(request: ActingRequest, form: forms.Form, operation: Callable[..., Infusion], found: Infusion) -> bool:
    """Do it, or put what was refused beside the fields."""
    try:
        operation(by=request.actor, infusion=found, **form.cleaned_data)
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _facts(found: Infusion) -> list[dict[str, str]]:
    facts = (
        ("Planned", day_in_words(found.planned_on)),
        ("Window", f"{day_in_words(found.earliest)} to {day_in_words(found.latest)}"),
        ("Status", found.get_status_display()),
        ("Given", day_in_words(found.given_on) if found.given_on else ""),
        ("Reason", found.note),
    )
    return [{"label": label, "value": value} for label, value in facts if value]
