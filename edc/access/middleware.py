"""Each request knows who acts, and what stops an act becomes a page that helps."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from edc.access.actor import Actor, actor_for
from edc.access.models import User
from edc.errors import EdcError


class ActingRequest(HttpRequest):
    """A request of somebody who is logged in."""

    actor: Actor
    user: User


class Acting:
    """Sets `request.actor` (memberships are read once, when first asked for) and answers refusals with pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: acting(request))  # type: ignore[attr-defined]  # as ActingRequest says
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, EdcError):
            return None
        status = error.page_status
        template = f"errors/{status if status in (403, 404, 409) else 400}.html"
        return render(request, template, {"error": error}, status=status)


def acting(request: HttpRequest, channel: str = "web") -> Actor:
    """Return who acts in this request. Somebody who is not logged in is nobody, and may nothing."""
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    if not request.user.is_authenticated:
        return Actor(key="", username="", name="", channel=channel, request_id=request_id)
    return actor_for(request.user, channel=channel, request_id=request_id)
