"""The arm: what it rests on, what cannot be undone, and the password in the same form."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import Refused
from trials.models import Subject
from trials.queries import consent_state, enrolled_count
from trials.rules import enrolment, participation
from visits.forms.participants import ArmForm, show_refusal
from visits.operations.arm import assign_arm
from visits.queries.eligibility import Row, eligibility_rows
from visits.views.participation import about, found, see_other


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def arm(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Assign the arm, for who may."""
    # Who may not assign finds out at the door, where the attempt goes on record; reading alone is no attempt.
    asks = Permission.SUBJECT_VIEW if request.method == "POST" else Permission.ARM_ASSIGN
    actor, subject = found(request, subject_id, asks)
    if not actor.may(Permission.ARM_ASSIGN, subject.scope()):
        assign_arm(by=actor, subject=subject, key=clock.new_id(), arm="", note="")
    form = ArmForm(
        request.POST if request.method == "POST" else None,
        protocol=subject.protocol,
        initial={"assigned_on": clock.today(subject.site.time_zone)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            subject = assign_arm(by=actor, subject=subject, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"The arm of {subject.label} is assigned and the visits are planned.")
            few = enrolment.warning(subject.protocol.enrolment, enrolled_count(subject.trial))
            if few:
                messages.warning(request, few)
            return see_other("visits:subject", subject.pk)
    context = about(actor, subject, "Arm") | _page(actor, subject) | {"form": form}
    return render(request, "visits/arm.html", context, status=422 if form.errors else 200)


def _page(actor: Actor, subject: Subject) -> dict[str, Any]:
    consent = consent_state(subject)
    rows = eligibility_rows(actor, subject)
    obstacles = [
        sentence
        for sentence in (
            participation.refusal(subject.status, participation.ON_STUDY),
            enrolment.full(subject.protocol.enrolment, enrolled_count(subject.trial)),
            "" if consent.in_force else consent.sentence,
            *(f"{row.criterion.id}: {row.words}." for row in rows if row.against),
        )
        if sentence
    ]
    eligibility = reverse("visits:eligibility", args=[subject.pk])
    return {
        "title": f"Assign the arm of {subject.label}",
        "what": [
            "The participant is on study from the day of assignment, and the visits of the arm are planned.",
            "Consent and every criterion are checked again at the moment you confirm.",
        ],
        "evidence": [
            {
                "label": "Consent",
                "value": consent.sentence,
                "source": "Consent",
                "source_url": reverse("visits:consent", args=[subject.pk]),
            },
            *(_evidence(row, eligibility) for row in rows),
        ],
        "warning": "An arm that is assigned cannot be changed or taken back.",
        "obstacles": obstacles,
        "verb": f"Assign the arm of {subject.label}",
        "back_url": eligibility,
    }


def _evidence(row: Row, eligibility: str) -> dict[str, Any]:
    values = "; ".join(f"{value.label}: {value.text}" for value in row.values)
    basis = values or row.note or row.decided_by
    return {
        "label": f"{row.criterion.id} {row.criterion.text.text()}",
        "value": row.words,
        "source": basis,
        "source_url": eligibility,
    }
