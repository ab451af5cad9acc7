"""What the pages of one participant share: the participant in the actor's scope, the header, the crumbs."""

import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from edc.access.actor import Actor
from edc.access.middleware import ActingRequest
from edc.access.roles import Permission
from trials.models import Subject
from trials.queries import subject_by_id
from visits.queries.subject_page import header_of


def found(
    request: HttpRequest, subject_id: uuid.UUID, permission: Permission = Permission.SUBJECT_VIEW
) -> tuple[Actor, Subject]:
    """The person at work and the participant, when they may see, or do, this."""
    actor = cast(ActingRequest, request).actor
    return actor, subject_by_id(actor, subject_id, permission)


def about(actor: Actor, subject: Subject, page: str) -> dict[str, Any]:
    """What every page about a participant shows around its own content."""
    return {
        "subject": subject,
        "header": header_of(actor, subject),
        "crumbs": [
            {"label": subject.trial.code, "href": reverse("trials:trial", args=[subject.trial.code])},
            {"label": "Participants", "href": reverse("trials:participants", args=[subject.trial.code])},
            {"label": subject.label, "href": reverse("visits:subject", args=[subject.pk])},
            {"label": page},
        ],
    }


def see_other(to: str, *args: Any) -> HttpResponse:
    """After something was done: the browser asks for another page, and a reload does nothing twice."""
    response = HttpResponse(status=303)
    response["Location"] = resolve_url(to, *args)
    return response
