"""The first page after the log-in."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from edc.access.middleware import ActingRequest
from trials.queries import trials_for


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The trials that this person works in; with one trial, that trial's page."""
    trials = trials_for(cast(ActingRequest, request).actor)
    if len(trials) == 1:
        return redirect("trials:trial", code=trials[0].code)
    return render(request, "trials/home.html", {"trials": trials})
