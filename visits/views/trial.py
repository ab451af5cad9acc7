"""A trial's home: enrolment against the plan, and what is to be done; and the way into screening."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from edc import clock
from edc.access.actor import Actor
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import NotAllowed, Refused
from trials import queries
from trials.models import Subject, Trial
from trials.queries import SiteEnrolment
from trials.rules import enrolment
from visits.forms.participants import ScreeningForm, show_refusal
from visits.operations.participants import screen_subject
from visits.queries.due import DueLists, due_lists
from visits.views.due import TITLES
from visits.views.participation import see_other

COLUMNS = ("Site", "Screened", "In screening", "Screen failures", "On study", "Ended", "Enrolled")


@login_required
@require_safe
def trial_home(request: HttpRequest, code: str) -> HttpResponse:
    """What a person needs to see first of their trial. A role without participants sees the trial's facts alone."""
    actor = cast(ActingRequest, request).actor
    trial = queries.trial_by_code(actor, code)
    version = queries.version_in_force(actor, trial)
    sees = actor.may(Permission.SUBJECT_VIEW, trial.scope())
    plan, enrolled = version.protocol.enrolment, queries.enrolled_count(trial)
    return render(
        request,
        "trials/trial.html",
        {
            "trial": trial,
            "version": version,
            "actions": _actions(actor, trial),
            "plan": f"{enrolled} of {plan.planned} planned participants are enrolled in the whole trial.",
            "plan_warning": enrolment.full(plan, enrolled) or enrolment.warning(plan, enrolled),
            "columns": [{"label": label, "num": number > 0} for number, label in enumerate(COLUMNS)],
            "enrolment": _table(trial, queries.enrolment_by_site(actor, trial)) if sees else [],
            "lists": _lists(due_lists(actor, trial)) if sees else [],
        },
    )


def _actions(actor: Actor, trial: Trial) -> list[dict[str, Any]]:
    actions = []
    if actor.may(Permission.SUBJECT_SCREEN, trial.scope()):
        screen = reverse("trials:screen", args=[trial.code])
        actions.append({"label": "Screen a participant", "href": screen, "primary": True})
    return actions


def _table(trial: Trial, sites: list[SiteEnrolment]) -> list[list[dict[str, Any]]]:
    status = Subject.Status
    ended = (status.COMPLETED, status.WITHDRAWN, status.LOST, status.DIED)
    participants = reverse("trials:participants", args=[trial.code])
    rows: list[list[dict[str, Any]]] = []
    total = [0] * (len(COLUMNS) - 1)
    for row in sites:
        counts = [
            row.screened,
            row.by_status.get(status.SCREENING, 0),
            row.by_status.get(status.SCREEN_FAILED, 0),
            row.by_status.get(status.ON_STUDY, 0),
            sum(row.by_status.get(each, 0) for each in ended),
            row.enrolled,
        ]
        total = [one + other for one, other in zip(total, counts, strict=True)]
        site = {"text": str(row.site), "href": f"{participants}?site={row.site.code}"}
        rows.append([site, *({"text": str(count), "num": True} for count in counts)])
    if len(sites) > 1:
        rows.append([{"text": "All these sites"}, *({"text": str(count), "num": True} for count in total)])
    return rows


def _lists(due: DueLists) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": title, "empty": empty.removesuffix("."), "list": getattr(due, name)}
        for name, (title, empty) in TITLES.items()
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """Take a participant into screening, at a site where this person screens."""
    actor = cast(ActingRequest, request).actor
    trial = queries.trial_by_code(actor, code)
    sites = queries.sites_for(actor, trial, Permission.SUBJECT_SCREEN)
    if not sites:
        raise NotAllowed
    today = clock.today(sites[0].time_zone)
    in_use = sites[0].protocol_version.protocol.consent.version_on(today)
    form = ScreeningForm(
        request.POST if request.method == "POST" else None,
        sites=sites,
        initial={"screened_on": today, "consented_on": today, "consent_version": in_use.version if in_use else ""},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            subject = screen_subject(by=actor, **data | {"site": form.sites[data["site"]]})
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Participant {subject.label} is in screening.")
            few = enrolment.warning(subject.protocol.enrolment, queries.enrolled_count(trial))
            if few:
                messages.warning(request, few)
            return see_other("visits:subject", subject.pk)
    context = {
        "trial": trial,
        "form": form,
        "crumbs": [
            {"label": trial.code, "href": reverse("trials:trial", args=[trial.code])},
            {"label": "Participants", "href": reverse("trials:participants", args=[trial.code])},
            {"label": "Screen a participant"},
        ],
    }
    return render(request, "trials/screen.html", context, status=422 if form.errors else 200)
