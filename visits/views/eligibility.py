"""Eligibility: criterion by criterion, with the values that decide; the investigator judges in place."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import Refused
from trials.models import Subject
from visits.forms.participants import JudgementForm, show_refusal
from visits.operations.eligibility import evaluate_eligibility, judge_criterion
from visits.queries.eligibility import Row, eligibility_rows
from visits.views.participation import about, found, see_other


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def eligibility(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """Show every criterion; record what the rules say, or one judgement."""
    actor, subject = found(request, subject_id, Permission.ENTRY_VIEW)
    bound: JudgementForm | None = None
    refused = ""
    if request.method == "POST" and request.POST.get("act") == "evaluate":
        try:
            evaluate_eligibility(by=actor, subject=subject)
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, "The verdicts of the rules are recorded.")
            return see_other("visits:eligibility", subject.pk)
    elif request.method == "POST":
        criterion = next((one for one in subject.protocol.eligibility if one.id == request.POST.get("criterion")), None)
        if criterion is None:
            refused = "Choose a criterion of the protocol."
        else:
            bound = JudgementForm(request.POST, criterion=criterion)
            if bound.is_valid():
                try:
                    judge_criterion(by=actor, subject=subject, criterion=criterion.id, **bound.cleaned_data)
                except Refused as refusal:
                    show_refusal(bound, refusal)
                else:
                    messages.success(request, f"{criterion.id} is judged.")
                    return see_other("visits:eligibility", subject.pk)
    context = about(actor, subject, "Eligibility") | _page(request, subject, bound)
    context |= {"bound": bound, "refused": refused}
    return render(request, "visits/eligibility.html", context, status=422 if bound or refused else 200)


def _page(request: HttpRequest, subject: Subject, bound: JudgementForm | None) -> dict[str, object]:
    actor = cast(ActingRequest, request).actor
    scope = subject.scope()
    screening = subject.status == Subject.Status.SCREENING
    may_judge = screening and actor.may(Permission.ELIGIBILITY_JUDGE, scope)
    judged: list[tuple[Row, JudgementForm | None]] = []
    for row in eligibility_rows(actor, subject):
        form: JudgementForm | None = None
        if may_judge and not row.criterion.rule:
            form = JudgementForm(
                criterion=row.criterion,
                initial={"verdict": row.stored.verdict, "note": row.note} if row.stored else {},
            )
            if bound is not None and bound.criterion.id == row.criterion.id:
                form = bound
        judged.append((row, form))
    against = [row for row, _ in judged if row.against]
    return {
        "rows": [{"row": row, "form": form} for row, form in judged],
        "screening": screening,
        "may_evaluate": screening and actor.may(Permission.ELIGIBILITY_EVALUATE, scope),
        "may_assign": screening and actor.may(Permission.ARM_ASSIGN, scope),
        "against": against,
    }
