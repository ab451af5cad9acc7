"""Every table says what it is, and keeps to it."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from edc.audit.guard import AppendOnly, Audited, Classified, ModelClass, Unblinding
from edc.audit.history import HistoryRow
from edc.errors import OutsideTheDoor

OURS = ("audit", "access", "exports", "extracts", "trail", "trials", "visits", "adverse_events")
# Tables of libraries: unguarded; what matters of them for security is recorded as acts.
FOREIGN = ("auth", "contenttypes", "sessions", "account", "axes", "knox", "mfa")
ALL = apps.get_models(include_auto_created=True)
AUDITED = [model for model in ALL if issubclass(model, Audited)]
HISTORY = [model for model in ALL if issubclass(model, HistoryRow)]


def name(model: type[models.Model]) -> str:
    return str(model._meta.label_lower)


@pytest.mark.parametrize("model", ALL, ids=name)
def test_says_what_it_is(model: type[models.Model]) -> None:
    if model._meta.app_label not in OURS:
        assert model._meta.app_label in FOREIGN
        return
    assert issubclass(model, Classified | HistoryRow)
    if issubclass(model, Classified):
        assert isinstance(model.model_class, ModelClass)
        assert issubclass(model, Unblinding) == (model.model_class is ModelClass.UNBLINDING)


@pytest.mark.parametrize("model", AUDITED, ids=name)
def test_a_fact_has_a_history_and_refuses_every_way_round_the_door(model: Any) -> None:
    assert model.history.model in HISTORY
    assert model._meta.base_manager_name == "objects"
    row = model()
    saved = model()
    saved._state.adding = False
    attempts = [
        row.save,
        row.delete,
        saved.delete,
        lambda: model.objects.bulk_create([row]),
        lambda: model.objects.bulk_update([saved], ["revision"]),
        lambda: model.objects.update(revision=1),
        lambda: model.objects.all().delete(),
        lambda: model._base_manager.all().update(revision=1),
        lambda: model._base_manager.all()._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(OutsideTheDoor):
            attempt()


@pytest.mark.parametrize("model", AUDITED, ids=name)
def test_no_fact_is_changed_or_removed_because_another_row_goes(model: type[Audited]) -> None:
    for field in model._meta.concrete_fields:
        if field.remote_field is not None:
            assert field.remote_field.on_delete is models.PROTECT, field
    assert not model._meta.many_to_many


@pytest.mark.parametrize("model", [model for model in ALL if issubclass(model, AppendOnly)], ids=name)
def test_what_is_only_added_refuses_to_be_changed(model: Any) -> None:
    row = model()
    row._state.adding = False
    for attempt in (row.save, row.delete, lambda: model.objects.update(pk=1), lambda: model.objects.all().delete()):
        with pytest.raises(OutsideTheDoor):
            attempt()


@pytest.mark.parametrize("model", AUDITED, ids=name)
def test_numbers_of_facts_are_exact(model: type[Audited]) -> None:
    assert not [field for field in model._meta.concrete_fields if isinstance(field, models.FloatField)]
