"""The end of a screening or of a participation."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotAllowed, Refused
from trials.models import Subject
from trials.rules import participation
from visits.forms.participants import EndForm, show_refusal
from visits.operations.ending import end_participation, screen_fail
from visits.views.participation import about, found, see_other


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Record how it ended. Only the ways that can follow the present state, and that this person may record."""
    actor, subject = found(request, subject_id)
    ways = _ways(actor, subject)
    if not ways and not subject.has_ended:
        raise NotAllowed
    form = EndForm(
        request.POST if request.method == "POST" else None,
        ways=ways,
        initial={"on": clock.today(subject.site.time_zone)},
    )
    if request.method == "POST" and form.is_valid():
        status, on, note = (form.cleaned_data[name] for name in ("status", "on", "note"))
        try:
            if status == Subject.Status.SCREEN_FAILED:
                subject = screen_fail(by=actor, subject=subject, on=on, reason=note)
            else:
                subject = end_participation(by=actor, subject=subject, status=status, on=on, note=note)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{subject.label} is recorded as {subject.get_status_display()}.")
            return see_other("visits:subject", subject.pk)
    context = about(actor, subject, "End") | {
        "form": form if ways else None,
        "verb": f"End the participation of {subject.label}",
        "back_url": reverse("visits:subject", args=[subject.pk]),
        "ended_already": participation.refusal(subject.status, Subject.Status.DIED) if subject.has_ended else "",
    }
    return render(request, "visits/end.html", context, status=422 if form.errors else 200)


def _ways(actor: Actor, subject: Subject) -> list[str]:
    scope = subject.scope()
    named = {str(reason) for reason in subject.protocol.end_of_participation.reasons}
    ways = []
    for status in Subject.ENDED:
        failure = status == Subject.Status.SCREEN_FAILED
        permission = Permission.SUBJECT_SCREEN if failure else Permission.PARTICIPATION_END
        possible = not participation.refusal(subject.status, status) and (failure or status.value in named)
        if possible and actor.may(permission, scope):
            ways.append(status.value)
    return ways
