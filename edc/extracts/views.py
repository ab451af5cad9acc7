"""The page from which datasets are downloaded."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import Refused
from edc.extracts.catalogue import datasets_for, left_out
from edc.extracts.forms import ExtractForm
from edc.extracts.making import extract
from edc.extracts.queries import my_last_extracts
from trials.queries import trial_by_code
from trials.reading import reading


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def datasets(request: HttpRequest, code: str) -> HttpResponseBase:
    """Choose datasets; a POST is the download itself, and on record before the first byte leaves."""
    actor = cast(ActingRequest, request).actor
    trial = trial_by_code(actor, code)
    if request.method == "POST" and not actor.may(Permission.EXTRACT_DATA, trial.scope()):
        extract(by=actor, trial=trial, variant="")  # the door refuses, and puts the attempt on record
    of = reading(actor, trial, "default")
    form = ExtractForm(request.POST if request.method == "POST" else None, available=datasets_for(of))
    if request.method == "POST" and form.is_valid():
        try:
            made = extract(by=actor, trial=trial, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return FileResponse(made.file, as_attachment=True, filename=made.filename, content_type="application/zip")
    context = {
        "trial": trial,
        "form": form,
        "sites": of.sites,
        "left_out": left_out(of),
        "last": my_last_extracts(actor, trial),
        "crumbs": [{"label": trial.code, "href": reverse("trials:trial", args=[trial.code])}, {"label": "Datasets"}],
    }
    return render(request, "extracts/datasets.html", context, status=422 if form.errors else 200)
