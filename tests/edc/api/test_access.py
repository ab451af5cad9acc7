"""Every address of the API: what whoever may gets, and that everybody else gets 401, 403 or 404 and nothing more."""

import uuid
from typing import Any

import pytest

from adverse_events.operations.events import open_event
from edc import api, clock
from edc.access.actor import Actor
from edc.audit.models import Act
from tests import builders
from tests.program import Program, ProgramOf, read_to_its_end
from trials.models import Trial
from visits.models import Visit
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db

Places = dict[str, Any]


@pytest.fixture(autouse=True)
def _morning(frozen_clock: clock.Fixed) -> None:
    """Hold the clock, so that days can be written down here."""


@pytest.fixture
def places(demo: Trial, coordinator_a: Actor, monitor: Actor) -> Places:
    """One of everything, at site A."""
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    signs = {"VSDAT": "2026-03-02", "WEIGHT": "70.5"}
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data=signs)
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Compare with the source")
    report = {"AETERM": "Fever", "AESTDAT": "2026-03-01", "AEGRADE": "2", "AESER": "N"}
    event = open_event(by=coordinator_a, subject=subject, data=report, key=clock.new_id())
    screened = builders.screened_subject(demo, "AA")
    return {
        "code": demo.code,
        "version": "1.0",
        "subject_id": subject.pk,
        "screened_id": screened.pk,
        "visit_id": Visit.objects.get(subject=subject, code="M0").pk,
        "later_id": Visit.objects.get(subject=subject, code="M1").pk,
        "entry_id": entry.pk,
        "query_id": query.pk,
        "event_id": event.pk,
    }


SUBJECT, SCREENED = "subjects/{subject_id}", "subjects/{screened_id}"
KEY = "01890a5d-ac96-774b-bcce-b302099a8057"
WHY = {"reason": "Checked against the source"}
SCREENING = {
    "key": KEY,
    "site": "AA",
    "consent_version": "2.0",
    "consented_on": "2026-03-02",
    "screened_on": "2026-03-02",
}
REPORT = {"AETERM": "Rash", "AESTDAT": "2026-03-01", "AEGRADE": "1", "AESER": "N"}

# Route, method, address, body, who may, the answer, and who sees the thing but may not do this (403), if anybody.
TABLE: list[tuple[str, str, str, dict[str, Any] | None, str, int, str]] = [
    ("tokens", "GET", "tokens", None, "outsider", 200, ""),
    ("token_revoke", "DELETE", "tokens/edc_00000000000", None, "outsider", 404, ""),
    ("trials", "GET", "trials", None, "outsider", 200, ""),
    ("trial", "GET", "trials/{code}", None, "administrator", 200, ""),
    ("sites", "GET", "trials/{code}/sites", None, "pharmacist", 200, ""),
    ("protocols", "GET", "trials/{code}/protocols", None, "nurse_a", 200, ""),
    ("protocol", "GET", "trials/{code}/protocols/{version}", None, "monitor", 200, ""),
    ("subjects", "GET", "trials/{code}/subjects", None, "monitor", 200, "administrator"),
    ("subjects", "POST", "trials/{code}/subjects", SCREENING, "coordinator_a", 201, "monitor"),
    ("queries", "GET", "trials/{code}/queries", None, "data_manager", 200, "administrator"),
    ("deviations", "GET", "trials/{code}/deviations", None, "data_manager", 200, "administrator"),
    ("trial_events", "GET", "trials/{code}/events", None, "data_manager", 200, "administrator"),
    ("trail", "GET", "trials/{code}/trail", None, "monitor", 200, "statistician"),
    ("datasets", "GET", "trials/{code}/datasets", None, "data_manager", 200, "monitor"),
    ("datasets", "POST", "trials/{code}/datasets", {"variant": "exact"}, "data_manager", 200, "monitor"),
    ("subject", "GET", SUBJECT, None, "monitor", 200, "administrator"),
    ("consent", "GET", SUBJECT + "/consent", None, "monitor", 200, "administrator"),
    (
        "consent",
        "POST",
        SUBJECT + "/consent",
        {"version": "2.0", "consented_on": "2026-03-02"},
        "coordinator_a",
        201,
        "monitor",
    ),
    ("withdrawal", "POST", SUBJECT + "/consent/withdraw", {"on": "2026-03-02", **WHY}, "coordinator_a", 200, "monitor"),
    ("eligibility", "GET", SUBJECT + "/eligibility", None, "monitor", 200, "administrator"),
    ("evaluate", "POST", SCREENED + "/eligibility/evaluate", {}, "coordinator_a", 200, "monitor"),
    ("judge", "PUT", SCREENED + "/eligibility/I02", {"verdict": "met"}, "investigator_a", 200, "coordinator_a"),
    (
        "arm",
        "POST",
        SCREENED + "/arm",
        {"key": KEY, "arm": "CTL", "note": "x", "password": builders.PASSWORD},
        "investigator_a",
        400,
        "coordinator_a",
    ),
    (
        "screen_failure",
        "POST",
        SCREENED + "/screen-failure",
        {"on": "2026-03-02", **WHY},
        "coordinator_a",
        200,
        "monitor",
    ),
    (
        "end",
        "POST",
        SUBJECT + "/end",
        {"status": "lost", "on": "2026-03-02", "note": "Moved away"},
        "investigator_a",
        200,
        "coordinator_a",
    ),
    ("visits", "GET", SUBJECT + "/visits", None, "monitor", 200, "administrator"),
    ("visits", "POST", SUBJECT + "/visits", {"key": KEY, "on": "2026-03-02"}, "coordinator_a", 201, "monitor"),
    ("infusions", "GET", SUBJECT + "/infusions", None, "nurse_a", 200, "administrator"),
    ("infusion_not_given", "POST", SUBJECT + "/infusions/1/not-given", WHY, "nurse_a", 200, "monitor"),
    ("infusion_undo", "POST", SUBJECT + "/infusions/1/undo", WHY, "nurse_a", 400, "monitor"),
    ("entries", "GET", SUBJECT + "/entries", None, "monitor", 200, "pharmacist"),
    ("entry", "GET", SUBJECT + "/entries/visit:M0/1/VS/1", None, "monitor", 200, "pharmacist"),
    (
        "entry",
        "PUT",
        SUBJECT + "/entries/visit:M0/1/LAB/1",
        {"values": {"LBDAT": "2026-03-02"}},
        "coordinator_a",
        200,
        "monitor",
    ),
    ("events", "GET", SUBJECT + "/events", None, "monitor", 200, "pharmacist"),
    ("events", "POST", SUBJECT + "/events", {"key": KEY, "values": REPORT}, "nurse_a", 201, "monitor"),
    ("subject_trail", "GET", SUBJECT + "/trail", None, "monitor", 200, "statistician"),
    ("visit", "GET", "visits/{visit_id}", None, "monitor", 200, "administrator"),
    ("visit_record", "POST", "visits/{visit_id}/record", {"done_on": "2026-03-02"}, "coordinator_a", 200, "monitor"),
    ("visit_missed", "POST", "visits/{later_id}/missed", WHY, "coordinator_a", 400, "monitor"),
    ("visit_undo", "POST", "visits/{later_id}/undo", WHY, "coordinator_a", 400, "monitor"),
    ("entry_withdraw", "POST", "entries/{entry_id}/withdraw", WHY, "coordinator_a", 200, "monitor"),
    ("entry_trail", "GET", "entries/{entry_id}/trail", None, "monitor", 200, "statistician"),
    (
        "query_open",
        "POST",
        "entries/{entry_id}/queries",
        {"key": KEY, "path": "WEIGHT", "message": "Right?"},
        "monitor",
        201,
        "coordinator_a",
    ),
    ("event", "GET", "events/{event_id}", None, "monitor", 200, "pharmacist"),
    ("event_report", "GET", "events/{event_id}/report", None, "monitor", 200, "pharmacist"),
    ("event_report", "PUT", "events/{event_id}/report", {"values": {"AEGRADE": "3"}, **WHY}, "nurse_a", 200, "monitor"),
    ("event_withdraw", "POST", "events/{event_id}/withdraw", WHY, "nurse_a", 200, "monitor"),
    ("query", "GET", "queries/{query_id}", None, "monitor", 200, "pharmacist"),
    ("query_answer", "POST", "queries/{query_id}/answer", {"answer": "It is right"}, "coordinator_a", 200, "monitor"),
    ("query_close", "POST", "queries/{query_id}/close", {"note": "Seen"}, "monitor", 200, "coordinator_a"),
    ("query_reopen", "POST", "queries/{query_id}/reopen", WHY, "monitor", 200, "coordinator_a"),
]
OPEN = {"schema", "docs", "token", "nothing"}
NAMES = [f"{method} {name}" for name, method, *_ in TABLE]
OWN = {"tokens", "token_revoke", "trials"}
OF_THE_TRIAL = {
    "trial",
    "sites",
    "protocols",
    "protocol",
    "subjects",
    "queries",
    "deviations",
    "trial_events",
    "trail",
    "datasets",
}


def send(program: Program, method: str, path: str, body: dict[str, Any] | None) -> Any:
    if method == "GET":
        return program.get(path)
    if method == "DELETE":
        return program.delete(path)
    if method == "PUT":
        return program.put(path, as_of=1 if "report" in path else 0, **(body or {}))
    return program.post(path, **(body or {}))


def test_every_address_has_a_row() -> None:
    methods = {
        (str(route.name), method.upper())
        for route in api.urlpatterns
        if route.name not in OPEN
        for method in route.callback.actions
        if method != "head"
    }
    assert methods == {(name, method) for name, method, *_ in TABLE}


@pytest.mark.parametrize(("name", "method", "path", "body", "who", "status", "not_allowed"), TABLE, ids=NAMES)
def test_works_for_whoever_may_and_for_nobody_else(
    name: str,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    who: str,
    status: int,
    not_allowed: str,
    places: Places,
    program_of: ProgramOf,
    stranger: Program,
    request: pytest.FixtureRequest,
) -> None:
    path = path.format(**places)
    missing = send(stranger, method, path, body)
    assert (missing.status_code, missing.json()["code"]) == (401, "not_authenticated")
    assert missing.headers["WWW-Authenticate"] == "Token"
    if not_allowed:
        answer = send(program_of(request.getfixturevalue(not_allowed)), method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    if name not in OWN:
        elsewhere = "outsider" if name in OF_THE_TRIAL else "coordinator_b"
        answer = send(program_of(request.getfixturevalue(elsewhere)), method, path, body)
        never = program_of(request.getfixturevalue(elsewhere)).get(f"subjects/{uuid.UUID(KEY)}")
        assert (answer.status_code, answer.content) == (404, never.content)
    answer = send(program_of(request.getfixturevalue(who)), method, path, body)
    assert answer.status_code == status
    read_to_its_end(answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_done_through_the_api_says_so_in_the_trail(
    places: Places, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    program_of(coordinator_a).post(f"visits/{places['visit_id']}/record", done_on="2026-03-02")
    act = Act.objects.get(operation="visits.record_visit", channel="api")
    assert (act.actor_username, act.actor_role, act.outcome) == ("coordinator_a", "coordinator", "done")


def test_a_refusal_is_on_record(places: Places, monitor: Actor, program_of: ProgramOf) -> None:
    program_of(monitor).post(f"visits/{places['visit_id']}/record", done_on="2026-03-02")
    assert Act.objects.filter(operation="visits.record_visit", channel="api", outcome="refused").count() == 1


def test_another_site_is_no_part_of_any_list(
    places: Places, demo: Trial, coordinator_b: Actor, program_of: ProgramOf
) -> None:
    program = program_of(coordinator_b)
    for path in ("subjects", "queries", "deviations", "events"):
        assert program.get(f"trials/{demo.code}/{path}").json() == {"results": [], "next": None}
    assert {site["code"] for site in program.get(f"trials/{demo.code}/sites").json()} == {"BB"}
    assert [act for act in program.get(f"trials/{demo.code}/trail").json()["results"] if act["site"] == "AA"] == []


def test_a_session_works_only_with_the_token_of_its_page(places: Places, coordinator_a: Actor) -> None:
    program = Program()
    program.client = type(program.client)(enforce_csrf_checks=True)
    assert coordinator_a.user is not None
    program.client.force_login(coordinator_a.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = f"visits/{places['visit_id']}/record"
    assert program.get("trials").status_code == 200
    refused = program.post(path, done_on="2026-03-02")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    program.client.get("/account/password/change/")
    program.headers = {"X-CSRFToken": program.client.cookies["edc-csrf"].value}
    assert program.post(path, done_on="2026-03-02").status_code == 200
