"""The view that every address of the API is made of: who acts, what was sent, one page of a list."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from edc.access.actor import Actor
from edc.access.middleware import acting
from edc.errors import NotAllowed, NotVisible
from edc.rest.fields import Input, Output
from edc.rest.paging import Orders, Page, page


class Api(ViewSet):
    """Knows who acts, through the channel "api", and refuses what nobody asked for."""

    asks: ClassVar[Mapping[str, type[Input]]] = {}
    """What an address may be asked for after its question mark, by action; nothing where an action is not named."""

    actor: Actor
    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any(isinstance(part, str) and not part.isprintable() for part in kwargs.values()):
            raise NotVisible
        self.actor = acting(cast(HttpRequest, request), channel="api")
        if self.actor.user is not None and self.actor.user.must_change_password:
            raise NotAllowed(
                "Log in with a browser first and choose a password of your own.", code="password_change_due"
            )
        self.asked = self._parameters(self.asks.get(self.action or "", Input))

    def sent(self, message: type[Input]) -> dict[str, Any]:
        """What was sent, checked. Raises `ValidationError`."""
        read = message(data=self.request.data)
        read.is_valid(raise_exception=True)
        return cast(dict[str, Any], read.validated_data)

    def _parameters(self, message: type[Input]) -> dict[str, Any]:
        """What the address asks for, checked: each name known, and once. Raises `ValidationError`."""
        given = self.request.query_params
        twice = [name for name in given if len(given.getlist(name)) > 1]
        if twice:
            raise serializers.ValidationError({name[:80]: ["Send this once."] for name in twice})
        read = message(data=given.dict())
        read.is_valid(raise_exception=True)
        return cast(dict[str, Any], read.validated_data)

    def page(self, rows: QuerySet[Any], orders: Orders) -> Page:
        """The page of a list that was asked for."""
        return page(rows, orders, self.asked)

    def shown(self, rows: Page, shape: type[Output], **context: Any) -> Response:
        """A page in its shape."""
        results = shape(rows.results, many=True, context={"actor": self.actor, **context}).data
        return Response({"results": results, "next": rows.next})


class NotThere(Api):
    """Any other address: the same answer as for what is not for this person."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super(Api, self).initial(request, *args, **kwargs)

    def nothing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotVisible
