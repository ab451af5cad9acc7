"""Log-ins, log-outs and failed log-ins, put on record from Django's own signals.

A log-in is an act in the system's chain. A failure has nobody to name with certainty, so it is a row of its own
table, which the next checkpoint seals.
"""

import ipaddress
import unicodedata
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from edc import clock
from edc.audit import recording, sealing
from edc.audit.models import LoginFailure
from edc.audit.recording import By, Recording

LOG_IN = "access.log_in"
LOG_OUT = "access.log_out"


def logged_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    """Record that somebody logged in."""
    _record(LOG_IN, "Logged in", request, user)


def logged_out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    """Record that somebody logged out; a session of nobody leaves nothing."""
    if user is not None and user.is_authenticated:
        _record(LOG_OUT, "Logged out", request, user)


def failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Record the name that was tried and where it came from. The password is never looked at."""
    LoginFailure(
        at=clock.now(),
        username=_printable(str(credentials.get("username") or credentials.get("email") or ""))[:150],
        address=address_of(request),
        request_id=_request_id(),
    ).save()


def _record(operation: str, sentence: str, request: HttpRequest | None, user: Any) -> None:
    act = Recording(
        by=By(
            key=str(user.pk),
            username=user.get_username(),
            name=user.get_full_name(),
            organisation=getattr(user, "organisation", ""),
            channel=_channel(request),
            request_id=_request_id(),
        ),
        operation=operation,
        sentence=sentence,
        always=True,
        detail={"address": address_of(request)},
    )
    with transaction.atomic(), recording.opened(act):
        sealing.write(act)


def address_of(request: HttpRequest | None) -> str:
    """Return the network address of the browser, as the outermost proxy that we trust saw it."""
    if request is None:
        return ""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.EDC_PROXIES:
        hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        address = hops[max(len(hops) - settings.EDC_PROXIES, 0)].strip() or address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _channel(request: HttpRequest | None) -> str:
    if request is None:
        return "command"
    return "api" if request.path.startswith("/api/") else "web"


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _printable(text: str) -> str:
    """Replace what a database cannot hold or a page cannot show."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(each)[0] == "C" else each for each in text)
