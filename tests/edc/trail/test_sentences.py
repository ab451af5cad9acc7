"""The pages of the trail say what happened in sentences; the file for download keeps every column."""

import pytest

from edc.access.actor import Actor
from tests import builders
from tests.cast import ClientOf
from trials.models import Trial
from visits.models import Query
from visits.operations.entry import save_entry
from visits.operations.queries import close_query

pytestmark = pytest.mark.django_db


def test_plans_verdicts_and_queries_are_sentences_without_defaults(
    demo: Trial, coordinator_a: Actor, monitor: Actor, client_of: ClientOf
) -> None:
    subject = builders.enrolled_subject(demo)
    values = {"LBDAT": subject.screened_on.isoformat(), "ALB": {"text": "345", "unit": "g/L"}}
    save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/LAB/1", data=values)
    close_query(by=monitor, query=Query.objects.get(), note="As on the report")
    client = client_of(monitor)
    page = client.get(f"/participants/{subject.pk}/trail/").content.decode()
    for sentence in (
        "Query opened: Albumin 345 g/L is far outside",
        "Query closed: As on the report",
        "I01: met, decided by the rule",
        f"Participant {subject.label} screened on",
    ):
        assert sentence in page
    for noise in ("Query: blinding", "Query: state", "Withdrawn: entered", "Status: entered", "Visit: anchor"):
        assert noise not in page
    address = f"/trials/{demo.code}/trail/download.csv"
    file = b"".join(client.post(address).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Query: blinding" in file
    assert "Visit: anchor" in file
