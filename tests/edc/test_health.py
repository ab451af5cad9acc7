import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_a_process_that_runs_says_so_without_a_database(client: Client) -> None:
    assert client.get("/health/alive").content == b"alive\n"


@pytest.mark.django_db
def test_a_server_with_its_database_is_ready(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_a_server_without_its_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", gone)
    assert client.get("/health/ready").status_code == 503
