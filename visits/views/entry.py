"""The page of one form: fill in, save, say why something changes, compare when two people saved.

`form_page` serves every form, those of infusions and adverse events too: they bring their place and their operation.
"""

import re
import uuid
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from edc import clock
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import Conflict, NeedsReason, Refused
from edc.text import printable
from trials.models import Subject
from visits.forms.pages import TakenBack
from visits.forms.rendering import Slot as Beside
from visits.forms.rendering import form_view
from visits.models import Entry, Query
from visits.operations.drafts import drop_draft, keep_draft
from visits.operations.entry import parse_slot, save_entry, withdraw_entry
from visits.queries.conflict import compare
from visits.queries.entry import EntryPage, entry_page, following, next_log_slot, progress_words
from visits.queries.found import entry_for, subject_for
from visits.queries.places import Place, form_at, place_of
from visits.queries.subject_page import entry_url, header_of
from visits.rules.slots import Slot
from visits.views.links import address, entry_page_url, event_url, place_crumbs

REVISION = re.compile(r"[0-9]{1,9}", re.ASCII)
SAID = "edc-saved"
SAID_FOR = 60
"""Seconds in which the words after a save reach the page that is opened next."""


@dataclass(frozen=True)
class FormDoor:
    """What the page of a form needs to know of the form's place: how to save it, and where it stands."""

    place: Place
    """Participant and slot are enough for saving, which looks up the rest itself and locks it."""
    save: Callable[..., Entry]
    """Called with by, reason, data, base_revision and key; an operation with the rest filled in."""
    here: str
    permission: Permission = Permission.ENTRY_WRITE
    crumbs: list[dict[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    """More for the template."""
    template: str = "visits/entry.html"
    withdrawable: bool = True
    looked_up: "Callable[[], FormDoor] | None" = None
    """How to come to the same with all that a page shows, where only saving was prepared."""

    def for_reading(self) -> "FormDoor":
        """The same, with the place as a page shows it; raises `NotVisible` for a place that does not exist."""
        return self.looked_up() if self.looked_up else self


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: ActingRequest, subject_id: uuid.UUID, slot: str) -> HttpResponseBase:
    """The form at a slot of a visit or a log."""
    subject = subject_for(request.actor, subject_id, Permission.ENTRY_VIEW)
    where = parse_slot(slot)
    if where.kind == "event":
        return redirect(event_url(subject, where))
    if where.kind == "infusion":
        place_of(subject, where)
        return redirect("visits:infusion", subject_id, where.occasion)

    def save(**given: Any) -> Entry:
        return save_entry(subject=subject, slot=str(where), **given)

    def looked_up() -> FormDoor:
        place = place_of(subject, where)
        return FormDoor(place, save, here, crumbs=place_crumbs(place))

    here = entry_url(subject, where)
    if request.method == "POST":
        return form_page(request, FormDoor(Place(subject, where), save, here, looked_up=looked_up))
    return form_page(request, looked_up())


@login_required
@require_http_methods(["GET"])
def entry_by_id(request: ActingRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Lead to the page of an entry."""
    return redirect(entry_page_url(entry_for(request.actor, entry_id)))


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Ask why a form was recorded in error, and withdraw it."""
    found = entry_for(request.actor, entry_id)
    subject = found.subject
    form = TakenBack(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_entry(by=request.actor, entry=found, reason=form.cleaned_data["reason"])
        except Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The form was withdrawn. What was typed stays on record.")
            return _see_other(reverse("visits:subject", args=[subject.pk]))
    title = found.protocol_version.protocol.form(found.form).title.text()
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "title": f"Withdraw {title}",
        "lead": "Use this when the form was filled in for the wrong participant or visit. The place is empty again.",
        "form": form,
        "verb": "Withdraw the form",
        "back_url": entry_page_url(found),
    }
    return render(request, "visits/small_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def draft(request: ActingRequest, subject_id: uuid.UUID, slot: str) -> HttpResponse:
    """Keep what is typed so far, or throw it away."""
    subject = subject_for(request.actor, subject_id, Permission.ENTRY_WRITE)
    where = parse_slot(slot)
    if "discard" in request.POST:
        drop_draft(request.actor, subject, where)
        return _see_other(entry_url(subject, where))
    form = form_at(subject.site.protocol_version, where)
    typed = {name: values for name, values in request.POST.lists() if name[:1].isupper()}
    keep_draft(request.actor, subject, where, form, typed, _number(request.POST.get("base_revision", "")))
    return HttpResponse(status=204)


def form_page(request: ActingRequest, door: FormDoor) -> HttpResponse:
    """Show a form, or save what was posted and go on: the same page again, or the next form."""
    actor, place = request.actor, door.place
    if request.method != "POST":
        return _read(request, door)
    posted = request.POST
    base, reason = _number(posted.get("base_revision", "")), printable(posted.get("reason", "")).strip()
    try:
        saved = door.save(by=actor, reason=reason, data=posted, base_revision=base, key=_key(posted))
    except NeedsReason as error:
        door = door.for_reading()
        asked = [message for sentences in error.field_errors.values() for message in sentences]
        return _shown(request, door, _typed(request, door, base), ask=asked or [error.message])
    except Refused as error:
        door = door.for_reading()
        page = _typed(request, door, base)
        for path, sentences in error.field_errors.items():
            if path not in page.bound.errors:  # what only the operation can know, such as the other infusions
                page.bound.refuse(path, *sentences)
        return _shown(request, door, page, problem="" if error.field_errors else error.message)
    except Conflict as error:
        if error.current is None:
            raise
        return _conflict(request, door.for_reading(), base)
    return say_saved(_see_other(_onward(request, door, saved)), saved_words(place.subject, saved))


def say_saved(response: HttpResponse, words: str) -> HttpResponse:
    """Give the page that is opened next its words.

    They name nobody, so the browser may carry them: a message in the session would be a second write for each save.
    """
    response.set_signed_cookie(
        SAID,
        words,
        max_age=SAID_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read(request: ActingRequest, door: FormDoor) -> HttpResponse:
    """Show a form, with what was said of the save that led here, once."""
    words = request.get_signed_cookie(SAID, default="", max_age=SAID_FOR)
    if words:
        messages.success(request, words)
    with_draft = "draft" in request.GET
    page = entry_page(request.actor, door.place, with_draft=with_draft, permission=door.permission)
    response = _shown(request, door, page)
    if SAID in request.COOKIES:
        response.delete_cookie(SAID, samesite="Lax")
    return response


def form_drawn(request: ActingRequest, door: FormDoor) -> HttpResponse:
    """Show a form as it is saved, whatever else was posted on its page."""
    return _shown(request, door, entry_page(request.actor, door.place, permission=door.permission))


def saved_words(subject: Subject, saved: Entry) -> str:
    """`Saved 14:32. 41 of 45 entered, 1 question open.`: the time is the site's."""
    at = clock.now().astimezone(zoneinfo.ZoneInfo(subject.site.time_zone))
    return f"Saved {at:%H:%M}. {progress_words(saved)}".strip()


def _onward(request: HttpRequest, door: FormDoor, saved: Entry) -> str:
    if door.place.slot.kind not in {"visit", "log"}:
        return door.here
    onward = _next(door.place) if "next" in request.POST else None
    return entry_url(door.place.subject, onward or saved.slot)


def _next(place: Place) -> Slot | None:
    return next_log_slot(place) if place.slot.kind == "log" else following(place)


def _typed(request: ActingRequest, door: FormDoor, base: int) -> EntryPage:
    page = entry_page(request.actor, door.place, request.POST, permission=door.permission)
    page.base_revision = base
    return page


def _shown(
    request: ActingRequest, door: FormDoor, page: EntryPage, *, ask: list[str] | None = None, problem: str = ""
) -> HttpResponse:
    """Draw the form; 422 when what was posted was not saved."""
    subject, saved = page.place.subject, page.saved
    refused = bool(ask or problem or (request.method == "POST"))
    view = form_view(page.form, page.bound, page.context, _beside(request, page), editable=page.may_write)
    title = page.form.title.text()
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*door.crumbs, {"label": title}],
        "title": _headline(title, page.place.label),
        "view": view,
        "page": page,
        "entry": saved,
        "ask": ask or [],
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "key": request.POST.get("key") or clock.new_id(),
        "here": door.here,
        "draft_url": reverse("visits:draft", args=[subject.pk, str(page.place.slot)]),
        "may_go_on": page.following is not None or page.place.slot.kind == "log",
        "following": page.following,
        "trail_url": address("trail:entry", saved.pk) if saved and _may(request, page, Permission.TRAIL_VIEW) else "",
        "withdraw_url": reverse("visits:withdraw", args=[saved.pk])
        if saved and page.may_write and door.withdrawable
        else "",
        "ask_url": reverse("visits:ask", args=[saved.pk])
        if saved and _may(request, page, Permission.QUERY_OPEN)
        else "",
        "whole_form_queries": page.queries.get("", []),
        **door.extra,
    }
    return render(request, door.template, context, status=422 if refused else 200)


def _headline(title: str, label: str) -> str:
    """`Laboratory, Month 3`; where the place says what the form is, as in `Infusion 2`, the place alone."""
    return label if label.startswith(title) else ", ".join(part for part in (title, label) if part)


def _may(request: ActingRequest, page: EntryPage, permission: Permission) -> bool:
    return request.actor.may(permission, page.place.subject.scope())


def _beside(request: ActingRequest, page: EntryPage) -> dict[str, Beside]:
    """History, queries and the value of the visit before, beside each item."""
    saved = page.saved
    history = saved is not None and _may(request, page, Permission.TRAIL_VIEW)
    paths = {*page.bound.answers, *page.previous, *page.queries} - {""}
    return {
        path: Beside(
            previous=page.previous.get(path, ""),
            unit=page.units.get(path, ""),
            history_url=address("trail:item", saved.pk, path) if saved and history else "",
            queries=[_query_line(query) for query in page.queries.get(path, ())],
        )
        for path in paths
    }


def _query_line(query: Query) -> dict[str, str]:
    words = query.message if query.state == Query.State.OPEN else f"{query.message} (answered)"
    return {"message": words, "url": reverse("visits:query", args=[query.pk])}


def _conflict(request: ActingRequest, door: FormDoor, base: int) -> HttpResponse:
    """Both versions, item by item, and the way to save mine on top."""
    page = entry_page(request.actor, door.place, permission=door.permission)
    comparison = compare(page, request.POST, base)
    title = page.form.title.text()
    context = {
        "subject": page.place.subject,
        "header": header_of(request.actor, page.place.subject),
        "crumbs": [*door.crumbs, {"label": title}],
        "title": title,
        "comparison": comparison,
        "zone": page.place.subject.site.time_zone,
        "here": door.here,
        "key": clock.new_id(),
    }
    return render(request, "visits/conflict.html", context, status=409)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = url
    return response


def _number(text: str) -> int:
    """The revision that a page carries; 0 when it is not a number."""
    return int(text) if REVISION.fullmatch(text) else 0


def _key(posted: QueryDict) -> uuid.UUID | None:
    try:
        return uuid.UUID(posted.get("key", ""))
    except ValueError:
        return None
