"""Which account a log-in is counted against: the same one, however its name is spelled."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from edc.access.models import clean_username
from edc.text import printable

LONGEST = 150


def account_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the name that django-axes counts failures by.

    An account is found whatever the case of its name, so without this each spelling would have tries of its own.
    """
    typed = (credentials or {}).get("username") or request.POST.get("login") or ""
    return clean_username(printable(str(typed))).casefold()[:LONGEST]
