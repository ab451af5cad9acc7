"""The page of a participant: the matrix of visits and forms, and what to do next."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from trials.models import Subject
from trials.queries import consent_state
from visits.queries.found import subject_for
from visits.queries.subject_page import subject_page
from visits.views.links import address, trial_crumbs

# What can be done to a participant from here: words, the page, and who may.
ACTIONS = (
    ("Consent", "visits:consent", Permission.SUBJECT_VIEW),
    ("Eligibility", "visits:eligibility", Permission.SUBJECT_VIEW),
    ("Assign the arm", "visits:arm", Permission.ARM_ASSIGN),
    ("Unscheduled visit", "visits:unscheduled", Permission.VISIT_RECORD),
    ("Adverse events", "adverse_events:events", Permission.SUBJECT_VIEW),
    ("End the participation", "visits:end", Permission.PARTICIPATION_END),
    ("Trail", "trail:subject", Permission.TRAIL_VIEW),
)


@login_required
@require_safe
def subject(request: ActingRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Everything about one participant, and the next step."""
    found = subject_for(request.actor, subject_id)
    page = subject_page(request.actor, found)
    context = {
        "subject": found,
        "header": page.header,
        "crumbs": [*trial_crumbs(found.trial), {"label": found.label}],
        "page": page,
        "actions": _actions(request, found),
        "consent_due": "" if found.has_ended else _consent_due(found),
        "may_enter": request.actor.may(Permission.ENTRY_WRITE, found.scope()) and found.consent_withdrawn_on is None,
        "deviations_url": f"{reverse('visits:deviations', args=[found.trial.code])}?participant={found.label}",
    }
    return render(request, "visits/subject.html", context)


def _consent_due(found: Subject) -> str:
    """That consent is to be asked for (again), in words; empty when nothing is to be done."""
    state = consent_state(found)
    return state.sentence if state.due else ""


def _actions(request: ActingRequest, found: Subject) -> list[dict[str, str]]:
    """The pages that this person may open from here."""
    over = {"visits:unscheduled", "visits:end"} if found.has_ended else set()
    if found.status != Subject.Status.SCREENING:
        over.add("visits:arm")
    return [
        {"label": label, "href": href}
        for label, name, permission in ACTIONS
        if name not in over and request.actor.may(permission, found.scope()) and (href := address(name, found.pk))
    ]
