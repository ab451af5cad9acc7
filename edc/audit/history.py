"""django-simple-history, tightened: every row belongs to an act, and nothing switches it off.

The library makes the history table of each model. Its signal is not used to write: `Audited` builds each history
row itself, with its changes and canonical text, and the recording writes them all once, just before the commit.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from edc import clock


class HistoryRow(models.Model):
    """One revision of one fact: the act that made it, what changed, and the text that is sealed.

    `opening` is empty but for facts that tell an arm: there `canonical` holds only a commitment.
    """

    act = models.ForeignKey("audit.Act", on_delete=models.PROTECT, related_name="+")
    chain = models.CharField(max_length=45)
    changes = models.JSONField()
    canonical = models.TextField()
    opening = models.TextField(blank=True, default="")

    history_id: Any
    history_type: str

    class Meta:
        abstract = True


def _user_of(row: Any) -> str:
    return str(row.history_user_id)


def _set_user(row: Any, user: object) -> None:
    row.history_user_id = user


class History(HistoricalRecords):
    """The history table of an audited model, without the ways in which the library can be made to keep silent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            bases=(HistoryRow,),
            history_id_field=models.UUIDField(default=clock.new_id),
            history_user_id_field=models.CharField(max_length=60),
            history_user_getter=_user_of,
            history_user_setter=_set_user,
            history_change_reason_field=models.CharField(max_length=1, null=True, editable=False),
            **options,
        )

    def post_save(self, *args: Any, **kwargs: Any) -> None:
        """Write nothing here: `Audited.save_base` adds the row to the open act, whatever the settings say."""

    def fields_included(self, model: Any) -> list[models.Field[Any, Any]]:
        return [field for field in super().fields_included(model) if field.attname not in model.unrecorded]

    def copy_fields(self, model: Any) -> dict[str, Any]:
        """Drop the indexes of foreign keys: history is found by act and by the row's own key."""
        fields: dict[str, Any] = super().copy_fields(model)
        for name, field in fields.items():
            field.db_index = name == "id"
        return fields

    def get_extra_fields(self, model: Any, fields: Any) -> dict[str, Any]:
        extra: dict[str, Any] = super().get_extra_fields(model, fields)
        extra["history_date"] = models.DateTimeField()
        return extra

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        options: dict[str, Any] = super().get_meta_options(model)
        options["ordering"] = ("revision",)
        options["get_latest_by"] = "revision"
        options["constraints"] = [
            models.UniqueConstraint(
                fields=["id", "revision"],
                name=f"{model._meta.app_label}_{model._meta.model_name}_one_revision",
            )
        ]
        return options
