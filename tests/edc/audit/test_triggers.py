"""The database itself refuses to forget."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from edc import clock
from edc.audit import triggers
from edc.audit.models import LoginFailure

ALLOWED: list[str] = []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committing_tests_are_cleaned_up_and_find_every_trigger_in_place(turn: int) -> None:
    assert not LoginFailure.objects.exists()
    assert triggers.missing(connection) == []
    LoginFailure(at=clock.now(), username="somebody").save()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_loginfailure")
    assert LoginFailure.objects.count() == 1
