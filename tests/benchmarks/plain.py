"""The other side of the comparison: a form of 25 numbers as a plain model behind a plain REST view, with no audit."""

from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.urls import URLPattern, URLResolver, path
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import CreateAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.serializers import ModelSerializer

from edc.urls import urlpatterns as ours

COLUMNS = [f"N{number:02}" for number in range(1, 26)]


def _column() -> Any:
    return models.DecimalField(max_digits=4, decimal_places=1, null=True)


class _Meta:
    # A registry of its own: no contract, migration or flush of the product ever sees this table.
    apps = Apps()
    app_label = "plain"
    db_table = "bench_plain"


Plain = type(
    "Plain",
    (models.Model,),
    {
        "__module__": __name__,
        "Meta": _Meta,
        "slot": models.CharField(max_length=200, unique=True),
        **{name: _column() for name in COLUMNS},
    },
)


class PlainShape(ModelSerializer):
    """Checks what was sent as a serializer does: numbers, digits, decimals; the slot once."""

    class Meta:
        model = Plain
        fields = ["slot", *COLUMNS]


class PlainView(CreateAPIView):
    """Saves one row."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    queryset = Plain._default_manager.all()
    serializer_class = PlainShape


urlpatterns: list[URLPattern | URLResolver] = [path("plain", PlainView.as_view()), *ours]
