"""How django-allauth does things here: nobody signs up by themselves, and a new password is on record."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from edc.access.actor import actor_for
from edc.access.models import User
from edc.access.operations import choose_password


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator; passwords are chosen by their owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        choose_password(by=actor_for(user, request_id=request_id), user=user, password=password)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing of logging in and out; the page shows it."""
