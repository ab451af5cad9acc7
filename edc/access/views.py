"""Pages for accounts, memberships and what each role may do."""

import datetime
import uuid
from collections.abc import Callable
from typing import cast

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from edc import clock
from edc.access import operations, queries
from edc.access.forms import AccountForm, DetailsForm, MembershipForm, ReasonForm
from edc.access.middleware import ActingRequest
from edc.access.roles import ROLES, Permission, Role
from edc.errors import Refused


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """All accounts, with a search by name."""
    actor = cast(ActingRequest, request).actor
    text, after = request.GET.get("q", "").replace("\0", ""), request.GET.get("after", "").replace("\0", "")
    rows = queries.accounts(actor, text=text, after=after)
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    return render(
        request,
        "access/people.html",
        {"people": page, "text": text, "next": page[-1].username if more else "", "now": clock.now()},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    actor = cast(ActingRequest, request).actor
    queries.accounts(actor)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.open_account(by=actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"The account of {user.name} is open.")
            return redirect("access:person", user_id=user.pk)
    return render(request, "access/new_person.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """One account and its roles."""
    actor = cast(ActingRequest, request).actor
    user = queries.account_by_id(actor, user_id)
    return render(
        request,
        "access/person.html",
        {
            "person": user,
            "memberships": [
                {"it": membership, "role": ROLES[Role(membership.role)].label, "in_force": queries.in_force(membership)}
                for membership in queries.memberships_of(actor, user)
            ],
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Correct the name, address or organisation of an account."""
    actor = cast(ActingRequest, request).actor
    user = queries.account_by_id(actor, user_id)
    stored = {"name": user.name, "email": user.email, "organisation": user.organisation}
    form = DetailsForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_account(by=actor, user=user, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("access:person", user_id=user.pk)
    return render(request, "access/details.html", {"form": form, "person": user}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Give a role to a person."""
    actor = cast(ActingRequest, request).actor
    user = queries.account_by_id(actor, user_id)
    form = MembershipForm(request.POST or None, trials=list(queries.manageable_trials(actor)))
    if request.method == "POST" and form.is_valid():
        trial, site = form.places[form.cleaned_data["place"]]
        first_day, last_day = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
        try:
            operations.give_membership(
                by=actor,
                key=form.cleaned_data["key"],
                user=user,
                trial=trial,
                site=site,
                role=Role(form.cleaned_data["role"]),
                starts_at=datetime.datetime.combine(first_day, datetime.time.min, datetime.UTC) if first_day else None,
                ends_at=datetime.datetime.combine(last_day, datetime.time.max, datetime.UTC) if last_day else None,
            )
        except Refused as refusal:
            show_refusal(form, refusal, names={"site": "place", "starts_at": "starts_on", "ends_at": "ends_on"})
        else:
            begins = f"on {first_day.isoformat()}" if first_day else "now"
            messages.success(request, f"The role of {user.name} begins {begins}.")
            return redirect("access:person", user_id=user.pk)
    return render(request, "access/give.html", {"form": form, "person": user}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """End a membership, at once and with a reason."""
    actor = cast(ActingRequest, request).actor
    membership = queries.membership_by_id(actor, membership_id)
    title = f"End the role of {membership.user.name} as {ROLES[Role(membership.role)].label}"
    return _with_reason(
        request,
        title=title,
        verb="End the role",
        back=reverse("access:person", args=[membership.user_id]),
        act=lambda reason: operations.end_membership(by=actor, membership=membership, reason=reason),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Close an account, or open it again."""
    actor = cast(ActingRequest, request).actor
    user = queries.account_by_id(actor, user_id)
    verb, operation = (
        ("Close the account", operations.close_account)
        if user.is_active
        else ("Open the account again", operations.reopen_account)
    )
    return _with_reason(
        request,
        title=f"{verb}: {user.name}",
        verb=verb,
        back=reverse("access:person", args=[user.pk]),
        act=lambda reason: operation(by=actor, user=user, reason=reason),
    )


def _with_reason(
    request: HttpRequest, *, title: str, verb: str, back: str, act: Callable[[str], object]
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(back)
    context = {"title": title, "verb": verb, "back_url": back, "form": form}
    return render(request, "components/weighty.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def trial(request: HttpRequest, code: str) -> HttpResponse:
    """Who has access to a trial, now and before."""
    actor = cast(ActingRequest, request).actor
    found = queries.trial_by_code(actor, code)
    return render(
        request,
        "access/trial.html",
        {
            "trial": found,
            "memberships": [
                {"it": membership, "role": ROLES[Role(membership.role)].label, "in_force": queries.in_force(membership)}
                for membership in queries.memberships_of_trial(found)
            ],
            "may_manage": actor.may(Permission.ACCESS_MANAGE, found.scope()),
        },
    )


@login_required
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """What each role is, in one sentence, and what it may do."""
    held = {grant.role for grant in cast(ActingRequest, request).actor.grants}
    facts = [
        {"facts": ROLES[role], "permissions": sorted(ROLES[role].permissions), "held": role in held} for role in Role
    ]
    return render(request, "access/roles.html", {"roles": facts})


def show_refusal(form: django_forms.Form, refusal: Refused, names: dict[str, str] | None = None) -> None:
    """Put the sentences of a refusal beside the fields they concern, the rest on top."""
    for field, sentences in refusal.field_errors.items():
        name = (names or {}).get(field, field)
        form.add_error(name if name in form.fields else None, list(sentences))
    if not refusal.field_errors:
        form.add_error(None, refusal.message)
