"""Queries and deviations: the lists of a trial, one query with its thread, and asking a new one."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from edc import clock
from edc.access.actor import Actor
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from edc.errors import NotAllowed, Refused
from trials.models import Trial
from trials.queries import sites_for
from trials.rules.dates import day_in_words
from visits.forms.answer import Context
from visits.forms.pages import Again, AnswerWords, Closing, ListFilters, Question
from visits.forms.participants import show_refusal
from visits.forms.values import flatten, label_of
from visits.models import Deviation, Entry, Query
from visits.operations.queries import answer_query, close_query, open_query, reopen_query
from visits.queries.classes import may_know, withheld_items
from visits.queries.found import entry_for, query_for, trial_for
from visits.queries.lists import Filters, Listed, deviations_page, queries_page, thread_of, value_now
from visits.queries.subject_page import header_of
from visits.views.links import address, entry_page_url, subject_crumbs

STATE_WORDS = {"open": "open", "answered": "answered, to be closed", "closed": "closed"}


@login_required
@require_safe
def queries(request: ActingRequest, code: str) -> HttpResponse:
    """The queries of a trial, newest first; the open ones unless another state is asked for."""
    trial = trial_for(request.actor, code, Permission.ENTRY_VIEW)
    form, filters = _filters(request, trial, "State", Query.State.choices, default=Query.State.OPEN)
    listed = queries_page(request.actor, trial, filters, **_keys(request))
    rows = [
        [
            {"text": query.message, "href": reverse("visits:query", args=[query.pk])},
            {"text": query.subject.label, "href": reverse("visits:subject", args=[query.subject_id])},
            {"text": _where(query.entry)},
            {"text": label_of(query.entry.protocol_version.protocol.form(query.entry.form), query.path)},
            {"text": STATE_WORDS[query.state]},
        ]
        for query in listed.rows
    ]
    columns = [{"label": label} for label in ("Question", "Participant", "Form", "Item", "State")]
    return _list(request, trial, "Queries", form, filters, listed, columns, rows, "There is no such query.")


@login_required
@require_safe
def deviations(request: ActingRequest, code: str) -> HttpResponse:
    """The protocol deviations of a trial, newest first."""
    trial = trial_for(request.actor, code, Permission.DEVIATION_VIEW)
    form, filters = _filters(request, trial, "Kind", Deviation.Kind.choices)
    listed = deviations_page(request.actor, trial, filters, **_keys(request))
    rows = [
        [
            {"text": deviation.message},
            {"text": deviation.subject.label, "href": reverse("visits:subject", args=[deviation.subject_id])},
            {"text": str(deviation.subject.site)},
            {"text": deviation.get_kind_display()},
            {"text": day_in_words(deviation.occurred_on)},
        ]
        for deviation in listed.rows
    ]
    columns = [{"label": label} for label in ("Deviation", "Participant", "Site", "Kind", "Day")]
    return _list(request, trial, "Deviations", form, filters, listed, columns, rows, "There is no such deviation.")


@login_required
@require_http_methods(["GET", "POST"])
def query(request: ActingRequest, query_id: uuid.UUID) -> HttpResponse:
    """One query with all that was said; answer it, close it or open it again."""
    found = query_for(request.actor, query_id)
    subject, entry, actor = found.subject, found.entry, request.actor
    if not may_know(actor, subject.scope(), found.blinding):
        raise NotAllowed
    offered = _offered(actor, found)
    act, status = request.POST.get("act", ""), 200
    if request.method == "POST" and act in offered:
        bound = type(offered[act][0])(request.POST)
        offered[act] = (bound, *offered[act][1:])
        if bound.is_valid() and _did(bound, offered[act][1], by=actor, query=found):
            messages.success(request, offered[act][2])
            return _see_other(reverse("visits:query", args=[found.pk]))
        status = 422
    protocol = entry.protocol_version.protocol
    label, value = value_now(found, Context(today=clock.today(subject.site.time_zone), protocol=protocol))
    context = {
        "subject": subject,
        "header": header_of(actor, subject),
        "crumbs": [*subject_crumbs(subject), {"label": "Query"}],
        "query": found,
        "state": STATE_WORDS[found.state],
        "label": label,
        "value": value,
        "where": _where(entry),
        "entry_url": entry_page_url(entry),
        "history_url": address("trail:item", entry.pk, found.path)
        if found.path and actor.may(Permission.TRAIL_VIEW, subject.scope())
        else "",
        "thread": thread_of(found),
        "zone": subject.site.time_zone,
        "acts": [{"name": name, "form": form, "verb": verb} for name, (form, _, _, verb) in offered.items()],
    }
    return render(request, "visits/query.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: ActingRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Ask about an item of a saved form."""
    entry = entry_for(request.actor, entry_id)
    subject = entry.subject
    if not request.actor.may(Permission.QUERY_OPEN, subject.scope()):
        raise NotAllowed
    protocol = entry.protocol_version.protocol
    form_definition = protocol.form(entry.form)
    hidden = withheld_items(request.actor, subject.scope(), form_definition)
    paths = dict.fromkeys([*(item.id for item in form_definition.items()), *flatten(entry.values)])
    items = [(path, label_of(form_definition, path)) for path in paths if path.rpartition(".")[2] not in hidden]
    form = Question(request.POST or None, items=items, initial={"path": request.GET.get("item", "")})
    if request.method == "POST" and form.is_valid() and _did(form, open_query, by=request.actor, entry=entry):
        messages.success(request, "The query is open.")
        return _see_other(entry_page_url(entry))
    context = {
        "subject": subject,
        "header": header_of(request.actor, subject),
        "crumbs": [*subject_crumbs(subject), {"label": "Ask a query"}],
        "title": f"Ask about {_where(entry)}",
        "form": form,
        "verb": "Ask",
        "back_url": entry_page_url(entry),
    }
    return render(request, "visits/small_form.html", context, status=422 if form.errors else 200)


Offer = tuple[forms.Form, Callable[..., Query], str, str]


def _offered(actor: Actor, found: Query) -> dict[str, Offer]:
    """What this person may do to the query as it stands: the form, the operation, what is said then, the verb."""
    scope = found.subject.scope()
    offers: dict[str, Offer] = {}
    if found.state == Query.State.OPEN and actor.may(Permission.QUERY_ANSWER, scope):
        offers["answer"] = (AnswerWords(), answer_query, "The query is answered.", "Answer")
    if found.state != Query.State.CLOSED and actor.may(Permission.QUERY_CLOSE, scope):
        offers["close"] = (Closing(), close_query, "The query is closed.", "Close the query")
    if found.state != Query.State.OPEN and actor.may(Permission.QUERY_CLOSE, scope) and not found.entry.withdrawn:
        offers["reopen"] = (Again(), reopen_query, "The query is open again.", "Open it again")
    return offers


def _did(form: forms.Form, operation: Callable[..., Query], **given: Any) -> bool:
    """Do it, or put what was refused beside the fields."""
    try:
        operation(**given, **form.cleaned_data)
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _where(entry: Entry) -> str:
    """The form and its place in words: `Laboratory, Month 3`."""
    title = entry.protocol_version.protocol.form(entry.form).title.text()
    if entry.visit is not None:
        return f"{title}, {entry.visit.label}"
    return f"{title}, infusion {entry.infusion.number}" if entry.infusion is not None else f"{title} {entry.sequence}"


def _keys(request: ActingRequest) -> dict[str, str]:
    return {"older_than": request.GET.get("older", ""), "newer_than": request.GET.get("newer", "")}


def _filters(
    request: ActingRequest, trial: Trial, label: str, which: list[tuple[str, str]], default: str = ""
) -> tuple[ListFilters, Filters]:
    sites = [(site.code, str(site)) for site in sites_for(request.actor, trial, Permission.SUBJECT_VIEW)]
    data = request.GET.copy()
    data.setdefault("which", default)
    form = ListFilters(data, label=label, which=which, sites=sites)
    form.is_valid()
    chosen = form.cleaned_data
    participant = chosen.get("participant", "").replace("\0", "").strip()
    return form, Filters(chosen.get("which", ""), chosen.get("site", ""), participant)


def _list(
    request: ActingRequest,
    trial: Trial,
    title: str,
    form: ListFilters,
    filters: Filters,
    listed: Listed,
    columns: list[dict[str, Any]],
    rows: list[list[dict[str, Any]]],
    empty: str,
) -> HttpResponse:
    chosen = {"which": filters.which, "site": filters.site, "participant": filters.participant}
    context = {
        "trial": trial,
        "crumbs": [{"label": trial.code, "href": address("trials:trial", trial.code)}, {"label": title}],
        "title": title,
        "form": form,
        "columns": columns,
        "rows": rows,
        "count": listed.count,
        "empty": empty,
        "previous_url": f"?{urlencode({**chosen, 'newer': listed.newer})}" if listed.newer else "",
        "next_url": f"?{urlencode({**chosen, 'older': listed.older})}" if listed.older else "",
    }
    return render(request, "visits/list.html", context)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
