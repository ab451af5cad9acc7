"""Consent: what was given when, consent to a new version, withdrawal."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from edc import clock
from edc.access.roles import Permission
from edc.errors import Refused
from trials.queries import consent_state
from visits.forms.participants import ConsentForm, WithdrawalForm, show_refusal
from visits.operations.consent import record_consent, withdraw_consent
from visits.views.participation import about, found, see_other


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """The consents of a participant, and the two forms for who may record them."""
    actor, subject = found(request, subject_id)
    state = consent_state(subject)
    protocol = subject.site.protocol_version.protocol
    today = clock.today(subject.site.time_zone)
    withdrawing = request.method == "POST" and request.POST.get("act") == "withdraw"
    giving = request.method == "POST" and not withdrawing
    give = ConsentForm(
        request.POST if giving else None,
        protocol=protocol,
        prefix="consent",
        initial={"version": state.in_use, "consented_on": today},
    )
    withdraw = WithdrawalForm(request.POST if withdrawing else None, prefix="withdrawal", initial={"on": today})
    if giving and give.is_valid():
        try:
            record_consent(by=actor, subject=subject, **give.cleaned_data)
        except Refused as refusal:
            show_refusal(give, refusal)
        else:
            messages.success(request, f"Consent to version {give.cleaned_data['version']} is recorded.")
            return see_other("visits:consent", subject.pk)
    if withdrawing and withdraw.is_valid():
        try:
            withdraw_consent(by=actor, subject=subject, **withdraw.cleaned_data)
        except Refused as refusal:
            show_refusal(withdraw, refusal, otherwise="reason")
        else:
            messages.warning(
                request, "Consent is recorded as withdrawn. Only the forms that the protocol names stay open."
            )
            return see_other("visits:consent", subject.pk)
    stays_open = [protocol.form(form).title.text() for form in protocol.consent.after_withdrawal]
    standing = state.withdrawn_on is None and not subject.has_ended
    may_record = actor.may(Permission.CONSENT_RECORD, subject.scope())
    context = about(actor, subject, "Consent") | {
        "state": state,
        "give": give if may_record and standing and state.due else None,
        "withdraw": withdraw if may_record and state.withdrawn_on is None and state.history else None,
        "stays_open": stays_open,
        "bound": withdraw if withdrawing else give,
    }
    return render(request, "visits/consent.html", context, status=422 if give.errors or withdraw.errors else 200)
