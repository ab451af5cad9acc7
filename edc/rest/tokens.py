"""Tokens: made with user name and password, listed, revoked. Failed log-ins count here as they do on the page."""

from typing import Any, cast

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from edc.access.middleware import acting
from edc.access.models import User
from edc.access.operations import make_token, revoke_token
from edc.access.queries import has_second_factor, tokens_of
from edc.errors import NotAllowed
from edc.rest.fields import Input, Output, Text
from edc.rest.problems import Locked, WrongLogin
from edc.rest.schema import documented
from edc.rest.views import Api

TOKEN = {"id": "edc_4f2a90c1d3e", "created": "2026-03-02T08:30:00Z", "expiry": "2026-04-01T08:30:00Z"}


class LogIn(Input):
    """User name and password, as on the page."""

    username = Text(max_length=150)
    password = Text(max_length=400, trim_whitespace=False)


class TokenShape(Output):
    """A token, without its text."""

    id = serializers.CharField(source="token_key", help_text="Its first characters, by which it is revoked.")
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField(allow_null=True)


class NewTokenShape(TokenShape):
    """A token with its text, which is shown this once."""

    token = serializers.CharField(help_text="Send it as `Authorization: Token …`.")


class MakeToken(Api):
    """Where a token is made: open to all, throttled, and locked after too many failed log-ins."""

    authentication_classes: Any = []
    permission_classes: Any = [AllowAny]

    @documented(
        "token_make",
        "Make a token with user name and password",
        answer=NewTokenShape,
        status=201,
        body=LogIn,
        body_example={"username": "coordinator_a", "password": "a quiet morning in Alphaville"},
        example={**TOKEN, "token": "edc_4f2a90c1d3e…"},
        public=True,
    )
    def make(self, request: Request) -> Response:
        user = _log_in(request._request, **self.sent(LogIn))
        request.user = user
        by = acting(cast(HttpRequest, request), channel="api")
        token, text = make_token(by=by, user=user)
        token.token = text
        return Response(NewTokenShape(token).data, status=201)


class Tokens(Api):
    """One's own tokens."""

    @documented("tokens_list", "List your tokens", answer=TokenShape(many=True), example=[TOKEN])
    def list(self, request: Request) -> Response:
        return Response(TokenShape(tokens_of(self.actor), many=True).data)

    @documented("token_revoke", "Revoke one of your tokens", status=204)
    def revoke(self, request: Request, token: str) -> Response:
        revoke_token(by=self.actor, user=cast(User, self.actor.user), token=token)
        return Response(status=204)


def _log_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Return the person. Raises `WrongLogin`, `Locked`, or `NotAllowed` where a password alone is not enough."""
    user = authenticate(request, username=username, password=password)
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        # Otherwise the middleware would answer with the page for browsers.
        request.axes_locked_out = False  # type: ignore[attr-defined]  # axes sets it on the request
        raise Locked if locked else WrongLogin
    if user.must_change_password:
        raise NotAllowed("Log in with a browser first and choose a password of your own.", code="password_change_due")
    if has_second_factor(user):
        raise NotAllowed(
            "This account logs in with a second factor, so a password alone makes no token. "
            "Ask an administrator for an account for the program.",
            code="second_factor",
        )
    user_logged_in.send(sender=User, request=request, user=user)
    return user
