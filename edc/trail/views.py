"""Pages of the audit trail: of a trial, a participant, a form, one item, a person. And its downloads and reviews."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc import clock
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.audit.models import Act
from edc.errors import NotAllowed, NotVisible, Refused
from edc.trail import downloads, operations, queries
from edc.trail.classes import Reader
from edc.trail.forms import FilterForm, ReviewForm
from edc.trail.words import Change, Words
from trials.models import Trial
from visits.forms.values import item_at, label_of

SCRIPT = Path(__file__).with_name("verify_trail.py")
MOST_CHANGES = 12
TRAIL: Mapping[str, str] = {"label": "Audit trail"}
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@login_required
@require_safe
def trial(request: HttpRequest, code: str) -> HttpResponse:
    """The trail of a trial, with its reviews and downloads."""
    actor = cast(ActingRequest, request).actor
    found = queries.trial_for_trail(actor, code)
    form = FilterForm(request.GET)
    filters = form.narrowed()
    page = _page(request, queries.acts_of_trial(actor, found).filter(filters.condition()))
    review = queries.review_covering(found, queries.reach(actor, found, filters))
    context = _table(request, found, page, review.up_to_act if review else None)
    may_review = actor.may(Permission.TRAIL_REVIEW, found.scope())
    return render(
        request,
        "trail/trial.html",
        context
        | {
            "trial": found,
            "form": form,
            "review": review,
            "remark": review.remark if review and queries.may_read(actor, found, review) else "",
            "reviews": queries.reviews_of(actor, found),
            "review_form": _review_form(page.acts) if may_review and page.acts and not page.newer else None,
            "address": reverse("trail:trial", args=[found.code]),
            "query": _kept(request, "before", "after"),
            "crumbs": [_trial_crumb(found), {"label": "Audit trail"}],
        },
    )


@login_required
@require_safe
def subject(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """The trail of one participant."""
    actor = cast(ActingRequest, request).actor
    found = queries.subject_for_trail(actor, subject_id)
    form = FilterForm(request.GET)
    for name in ("site", "subject"):
        del form.fields[name]
    page = _page(request, queries.acts_of_subject(actor, found).filter(form.narrowed().condition()))
    return render(
        request,
        "trail/list.html",
        _table(request, found.trial, page, one_subject=True)
        | {
            "title": f"Audit trail of {found.label}",
            "form": form,
            "address": reverse("trail:subject", args=[found.pk]),
            "crumbs": [_trial_crumb(found.trial), {"label": found.label, "href": f"/participants/{found.pk}/"}, TRAIL],
        },
    )


@login_required
@require_safe
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The trail of one form, every change of every item."""
    actor = cast(ActingRequest, request).actor
    found = queries.entry_for_trail(actor, entry_id)
    title = found.protocol_version.protocol.form(found.form).title.text()
    page = _page(request, queries.acts_of_entry(actor, found))
    context = _table(request, found.subject.trial, page, one_subject=True, all_changes=True)
    subject = found.subject
    return render(
        request,
        "trail/list.html",
        context
        | {
            "title": f"Audit trail of {title}",
            "lead": ", ".join(part for part in (subject.label, found.visit.label if found.visit else "") if part),
            "address": reverse("trail:entry", args=[found.pk]),
            "crumbs": [
                _trial_crumb(subject.trial),
                {"label": subject.label, "href": f"/participants/{subject.pk}/"},
                {"label": title, "href": f"/entries/{found.pk}/"},
                TRAIL,
            ],
        },
    )


@login_required
@require_safe
def item(request: HttpRequest, entry_id: uuid.UUID, path: str) -> HttpResponse:
    """The history of one item: every value it had, who gave it, when and why, and what was asked about it."""
    actor = cast(ActingRequest, request).actor
    found = queries.entry_for_trail(actor, entry_id)
    rows = queries.changes_of_item(found, path)
    form = found.protocol_version.protocol.form(found.form)
    if not rows and item_at(form, path) is None:
        raise NotVisible
    acts = [row.act for row in rows]
    words = Words(Reader(actor), acts, {found.subject.site_id: found.subject.site.time_zone}, "default")
    shown = []
    for act in acts:
        line = words.row(act)
        line.changes = [change for change in line.changes if change.path == path]
        shown.append(line)
    subject = found.subject
    return render(
        request,
        "trail/item.html",
        {
            "title": f"History of {label_of(form, path)}",
            "lead": ", ".join(
                part for part in (subject.label, form.title.text(), found.visit.label if found.visit else "") if part
            ),
            "rows": shown[::-1],
            "zone": subject.site.time_zone,
            "queries": queries.queries_of_item(actor, found, path),
            "crumbs": [
                _trial_crumb(subject.trial),
                {"label": subject.label, "href": f"/participants/{subject.pk}/"},
                {"label": form.title.text(), "href": f"/entries/{found.pk}/"},
                {"label": "History"},
            ],
        },
    )


@login_required
@require_safe
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """What one person did, in the trials and at the sites whose trail the reader reads."""
    actor = cast(ActingRequest, request).actor
    found = queries.person_for_trail(actor, user_id)
    form = FilterForm(request.GET)
    del form.fields["user"]
    page = _page(request, queries.acts_of_person(actor, found).filter(form.narrowed().condition()))
    return render(
        request,
        "trail/list.html",
        _table(request, None, page)
        | {
            "title": f"Audit trail of {found.name}",
            "lead": found.username,
            "form": form,
            "address": reverse("trail:person", args=[found.pk]),
            "crumbs": [{"label": found.name}, TRAIL],
        },
    )


@login_required
@require_POST
def download(request: HttpRequest, code: str, kind: str) -> HttpResponse | FileResponse:
    """Send what the filter shows as a file. That it left, and its hash, is on record first."""
    actor = cast(ActingRequest, request).actor
    found = queries.trial_for_trail(actor, code)
    form = FilterForm(request.GET)
    filters = form.narrowed()
    if form.errors:
        messages.error(request, "Put the filter right first, then download.")
        return redirect(f"{reverse('trail:trial', args=[code])}?{request.GET.urlencode()}")
    prepared = downloads.prepare(actor, found, filters, kind)
    operations.record_download(
        by=actor,
        trial=found,
        file=prepared.name,
        filters=prepared.filters,
        rows=prepared.rows,
        sha256=prepared.sha256,
    )
    answer = FileResponse(prepared.file, as_attachment=True, filename=prepared.name, content_type=KINDS[kind])
    answer["Repr-Digest"] = f"sha-256=:{prepared.sha256}:"
    return answer


@login_required
@require_safe
def script(request: HttpRequest) -> FileResponse:
    """The script that verifies a download without this system."""
    return FileResponse(SCRIPT.open("rb"), as_attachment=True, filename=SCRIPT.name, content_type="text/x-python")


@login_required
@require_POST
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Record that the trail, as the filter shows it, was read up to an act."""
    actor = cast(ActingRequest, request).actor
    found = queries.trial_for_trail(actor, code)
    if not actor.may(Permission.TRAIL_REVIEW, found.scope()):
        raise NotAllowed
    back = f"{reverse('trail:trial', args=[code])}?{request.GET.urlencode()}"
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(said) for errors in form.errors.values() for said in errors))
        return redirect(back)
    try:
        done = operations.review_trail(
            by=actor, trial=found, filters=FilterForm(request.GET).narrowed(), **form.cleaned_data
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    messages.success(request, f"Reviewed: {done.acts:,} act{'' if done.acts == 1 else 's'}.")
    return redirect(back)


def _trial_crumb(found: Trial) -> dict[str, str]:
    return {"label": found.code, "href": f"/trials/{found.code}/"}


def _page(request: HttpRequest, acts: QuerySet[Act]) -> queries.Page:
    return queries.page_of(acts, before=_key(request, "before"), after=_key(request, "after"))


def _key(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _kept(request: HttpRequest, *without: str) -> str:
    """The address's filter as it is, without the place in the list."""
    parts = request.GET.copy()
    for name in without:
        parts.pop(name, None)
    return parts.urlencode()


def _table(
    request: HttpRequest,
    found: Trial | None,
    page: queries.Page,
    reviewed: uuid.UUID | None = None,
    *,
    one_subject: bool = False,
    all_changes: bool = False,
) -> dict[str, Any]:
    """The rows of a page of acts in words, with the addresses of its neighbours."""
    actor = cast(ActingRequest, request).actor
    zones = {site.pk: site.time_zone for site in queries.readable_sites(actor, found)} if found else {}
    words = Words(Reader(actor), page.acts, zones, "default", brief=True)
    rows = []
    for act in page.acts:
        row = words.row(act)
        if len(row.changes) > MOST_CHANGES and row.where_url and not all_changes:
            left = len(row.changes) - MOST_CHANGES
            row.changes = [*row.changes[:MOST_CHANGES], Change(f"and {left} more in the trail of the form", "", "")]
        if reviewed is not None and act.pk > reviewed:
            row.mark = "after review"
        rows.append(row)
    kept = _kept(request, "before", "after")
    return {
        "rows": rows,
        "one_subject": one_subject,
        "count": page.count_in_words,
        "previous_url": f"?{kept}&after={page.newer}" if page.newer else "",
        "next_url": f"?{kept}&before={page.older}" if page.older else "",
    }


def _review_form(acts: list[Act]) -> ReviewForm:
    return ReviewForm(initial={"key": clock.new_id(), "up_to": acts[0].pk})
