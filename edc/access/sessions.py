"""How long a log-in lasts: it ends when nobody is at the keyboard, and at the end of a working day in any case."""

import datetime
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from edc import clock

BEGAN = "edc-session-began"
SEEN = "edc-session-seen"
NOTED_EVERY = datetime.timedelta(minutes=1)
API = "/api/"
"""The API says in its own way that a log-in is over, or a password due."""


class SessionLimits:
    """Ends sessions that were idle for too long or are too old, and asks for a new password where one is due.

    The time last seen is written at most once a minute, so that reading pages writes next to nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if self._over(request):
                logout(request)
                if request.path.startswith(API):
                    return self.get_response(request)  # which asks for a token, and sends nobody to a page
                messages.info(request, "You were logged out after a while without typing. Drafts are kept.")
                return redirect(f"{reverse('account_login')}?next={request.path}")
            if getattr(request.user, "must_change_password", False) and not _may_wait(request.path):
                return redirect("account_change_password")
        return self.get_response(request)

    def _over(self, request: HttpRequest) -> bool:
        now = clock.now()
        began = datetime.datetime.fromisoformat(request.session.setdefault(BEGAN, now.isoformat()))
        seen = datetime.datetime.fromisoformat(request.session.get(SEEN, now.isoformat()))
        if now - seen > settings.EDC_SESSION_IDLE or now - began > settings.EDC_SESSION_LIMIT:
            return True
        if SEEN not in request.session or now - seen >= NOTED_EVERY:
            request.session[SEEN] = now.isoformat()
        return False


def _may_wait(path: str) -> bool:
    """Whether a page is open before the first password has been replaced."""
    return path in (reverse("account_change_password"), reverse("account_logout")) or path.startswith(
        (settings.STATIC_URL, API)
    )
