"""The list of participants, and the way to one by its number."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from edc.access.actor import Actor
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from trials import queries
from trials.forms import SubjectFilterForm
from trials.models import Trial
from trials.rules.dates import day_in_words


@login_required
@require_safe
def participants(request: HttpRequest, code: str) -> HttpResponse:
    """The participants by number. A whole number typed into the search leads straight to its participant."""
    actor = cast(ActingRequest, request).actor
    trial = queries.trial_by_code(actor, code)
    queries.need(actor, Permission.SUBJECT_VIEW, trial)
    typed = request.GET.get("q", "").replace("\0", "").strip()
    found = queries.subject_by_number(actor, trial, typed) if typed else None
    if found is not None:
        return redirect("visits:subject", found.pk)
    sites = queries.sites_for(actor, trial, Permission.SUBJECT_VIEW)
    form = SubjectFilterForm(request.GET, sites=sites)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    page = queries.subjects_page(
        actor,
        trial,
        queries.SubjectFilters(site=chosen.get("site", ""), status=chosen.get("status", ""), text=chosen.get("q", "")),
        after=request.GET.get("after", "").replace("\0", ""),
        before=request.GET.get("before", "").replace("\0", ""),
    )
    return render(
        request,
        "trials/participants.html",
        {
            "trial": trial,
            "form": form,
            "narrowed": bool(chosen),
            "columns": [
                {"label": label} for label in ("Number", "Site", "Status", "Arm", "Screened", "Arm assigned", "Ended")
            ],
            "rows": _rows(actor, page),
            "count": page.count_in_words,
            "previous_url": _link(chosen, before=page.before),
            "next_url": _link(chosen, after=page.after),
            "actions": _actions(actor, trial),
            "crumbs": [
                {"label": trial.code, "href": reverse("trials:trial", args=[trial.code])},
                {"label": "Participants"},
            ],
        },
    )


def _rows(actor: Actor, page: queries.Page) -> list[list[dict[str, Any]]]:
    arms = queries.arms_for(actor, page.rows)
    return [
        [
            {"text": subject.label, "href": reverse("visits:subject", args=[subject.pk])},
            {"text": str(subject.site)},
            {"text": subject.get_status_display()},
            {"text": arms.get(subject.pk, "")},
            {"text": day_in_words(subject.screened_on)},
            {"text": day_in_words(subject.enrolled_on) if subject.enrolled_on else ""},
            {"text": day_in_words(subject.ended_on) if subject.ended_on else ""},
        ]
        for subject in page.rows
    ]


def _link(chosen: dict[str, str], **place: str) -> str:
    if not any(place.values()):
        return ""
    return f"?{urlencode(chosen | place)}"


def _actions(actor: Actor, trial: Trial) -> list[dict[str, Any]]:
    if not actor.may(Permission.SUBJECT_SCREEN, trial.scope()):
        return []
    return [{"label": "Screen a participant", "href": reverse("trials:screen", args=[trial.code]), "primary": True}]
