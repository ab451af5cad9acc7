"""What is to be done in a trial, list by list to its end, and who was reminded of it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from trials.rules.dates import day_in_words
from visits.models import Reminder
from visits.queries.due import due_list
from visits.queries.found import trial_for
from visits.queries.reminders import reminders_page
from visits.views.links import address

TITLES = {
    "due": ("Due this week", "No visit is due this week."),
    "overdue": ("Overdue", "No visit is overdue."),
    "incomplete": ("Forms to complete", "No form waits to be completed."),
}
"""What each list is called, and what stands there when nothing is to be done."""


@login_required
@require_safe
def due(request: ActingRequest, code: str, which: str) -> HttpResponse:
    """One of the lists of a trial's home, to its end: due this week, overdue, or with forms to complete."""
    trial = trial_for(request.actor, code, Permission.SUBJECT_VIEW)
    after = request.GET.get("after", "")
    listed = due_list(request.actor, trial, which, after)
    title, empty = TITLES[which]
    rows = [
        [
            {"text": line.subject, "href": reverse("visits:subject", args=[line.subject_id])},
            {"text": line.site},
            {"text": line.visit, "href": line.href},
            {"text": day_in_words(line.planned_on) if line.planned_on else ""},
            {"text": day_in_words(line.latest) if line.latest else ""},
            {"text": str(line.days_late or ""), "num": True},
        ]
        for line in listed.rows
    ]
    columns: list[dict[str, Any]] = [{"label": one} for one in ("Participant", "Site", "Visit", "Planned", "Until")]
    context = {
        "trial": trial,
        "crumbs": [{"label": trial.code, "href": address("trials:trial", trial.code)}, {"label": title}],
        "title": title,
        "columns": [*columns, {"label": "Days late", "num": True}],
        "rows": rows,
        "empty": empty if not after else "That was the end of the list.",
        "previous_url": request.path if after else "",
        "next_url": f"?after={listed.after}" if listed.after else "",
    }
    return render(request, "visits/list.html", context)


@login_required
@require_safe
def reminders(request: ActingRequest, code: str) -> HttpResponse:
    """Who was told of which visit, when, and what became of the message; newest first."""
    trial = trial_for(request.actor, code, Permission.SUBJECT_VIEW)
    listed = reminders_page(
        request.actor, trial, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", "")
    )
    columns = [{"label": one} for one in ("Participant", "Site", "Visit", "Due", "Told", "Message")]
    context = {
        "trial": trial,
        "crumbs": [{"label": trial.code, "href": address("trials:trial", trial.code)}, {"label": "Reminders"}],
        "title": "Reminders",
        "columns": columns,
        "rows": [_line(reminder) for reminder in listed.rows],
        "count": listed.count,
        "empty": "Nobody was reminded of a visit yet.",
        "previous_url": f"?newer={listed.newer}" if listed.newer else "",
        "next_url": f"?older={listed.older}" if listed.older else "",
    }
    return render(request, "visits/list.html", context)


def _line(reminder: Reminder) -> list[dict[str, Any]]:
    visit = reminder.visit
    subject = visit.subject
    message = reminder.get_state_display()
    if reminder.sent_at is not None:
        message = f"{message} on {day_in_words(reminder.sent_at.astimezone(ZoneInfo(subject.site.time_zone)).date())}"
    return [
        {"text": subject.label, "href": reverse("visits:subject", args=[subject.pk])},
        {"text": str(subject.site)},
        {"text": visit.label, "href": reverse("visits:visit", args=[visit.pk])},
        {"text": day_in_words(reminder.due_on)},
        {"text": reminder.user.name},
        {"text": message},
    ]
