"""Whatever is sent, the answer is a sentence and never an error of the server."""

import json
import string
import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from edc import api, clock
from edc.access.actor import Actor
from edc.audit.models import Act
from tests import builders
from tests.program import Program, ProgramOf, read_to_its_end
from trials.models import Trial
from visits.models import Entry, Visit
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db

NUL, HALF = "\x00", "\ud800"
DEEP = b"[" * 10_000 + b"]" * 10_000
BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing at all": (b"", 400, "wrong_input"),
    "not JSON": (b"values=1", 400, "not_json"),
    "half of it": (b'{"values": {', 400, "not_json"),
    "invalid UTF-8": (b'{"values": {"ALB": "\xff\xfe"}}', 400, "not_json"),
    "a mark before it": (b"\xef\xbb\xbf{}", 400, "not_json"),
    "nested 10,000 deep": (DEEP, 400, "not_json"),
    "nested 10,000 deep in an answer": (b'{"values": {"ALB": ' + DEEP + b"}}", 400, "not_json"),
    "a name twice": (b'{"values": {"ALB": "1", "ALB": "2"}}', 400, "not_json"),
    "NaN": (b'{"values": {"ALB": NaN}}', 400, "not_json"),
    "infinity": (b'{"values": {"ALB": -Infinity}}', 400, "not_json"),
    "a number of 5,000 digits": (b'{"values": {"ALB": ' + b"9" * 5000 + b"}}", 400, "not_json"),
    "a number with an exponent": (b'{"values": {"ALB": 1e999999}}', 400, "refused"),
    "a list": (b"[]", 400, "wrong_input"),
    "a text": (b'"values"', 400, "wrong_input"),
    "null": (b"null", 400, "wrong_input"),
    "20,000 values": (b'{"values": [' + b"1," * 20_000 + b"1]}", 400, "not_json"),
    "answers as a list": (b'{"values": []}', 400, "refused"),
    "answers as a number": (b'{"values": 7}', 400, "refused"),
    "answers as null": (b'{"values": null}', 400, "wrong_input"),
    "an item that is none": (b'{"values": {"NOPE": "1"}}', 400, "refused"),
    "a number for an answer": (b'{"values": {"ALB": 34.5}}', 400, "refused"),
    "a list for an answer": (b'{"values": {"ALB": [1]}}', 400, "refused"),
    "a NUL in an answer": (b'{"values": {"ALB": "3\\u0000"}}', 400, "refused"),
    "half a surrogate pair in an answer": (b'{"values": {"ALB": "\\ud800"}}', 400, "refused"),
    "half a surrogate pair as an item": (b'{"values": {"\\ud800": "1"}}', 400, "refused"),
    "a NUL in the reason": (b'{"values": {"LBDAT": "2026-03-02"}, "reason": "\\u0000"}', 400, "wrong_input"),
    "half a pair in the reason": (b'{"values": {"LBDAT": "2026-03-02"}, "reason": "\\udfff"}', 400, "wrong_input"),
    "a reason that is a number": (b'{"values": {"LBDAT": "2026-03-02"}, "reason": 5}', 400, "wrong_input"),
    "a key that is none": (b'{"values": {"LBDAT": "2026-03-02"}, "key": "x"}', 400, "wrong_input"),
    "a value nobody asked for": (b'{"values": {"LBDAT": "2026-03-02"}, "revision": 3}', 400, "wrong_input"),
}


@pytest.fixture(autouse=True)
def _morning(frozen_clock: clock.Fixed) -> None:
    """Hold the clock, so that days can be written down here."""


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_saved(
    body: bytes, status: int, code: str, demo: Trial, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    subject = builders.enrolled_subject(demo, "AA")
    before = Entry.objects.count()
    path = f"subjects/{subject.pk}/entries/visit:M0/1/LAB/1"
    answer = program_of(coordinator_a).raw("PUT", path, body, If_Match='"0"')
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"].endswith((".", ". "))
    assert Entry.objects.count() == before


def test_a_message_of_three_megabytes_is_too_long(demo: Trial, coordinator_a: Actor, program_of: ProgramOf) -> None:
    body = b'{"username": "' + b"a" * 3_000_000 + b'"}'
    answer = program_of(coordinator_a).raw("POST", "token", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_only_json_is_read(demo: Trial, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    answer = program.client.post(f"/api/v1/trials/{demo.code}/subjects", {"site": "AA"}, headers=program.headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nope=1", "nope"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=%D9%A1x", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("order=password", "order"),
        ("status=nope", "status"),
        ("site=%00", "site"),
        ("text=" + "x" * 41, "text"),
        ("after=nonsense", "after"),
        ("after=WyJsYWJlbCJd", "after"),
        ("after=" + "W1tb" * 100, "after"),
        ("after=%F0%9F%92%A9", "after"),
    ],
)
def test_an_address_that_asks_for_what_is_not_there_is_refused(
    query: str, name: str, demo: Trial, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    program = program_of(coordinator_a)
    answer = program.client.get(f"/api/v1/trials/{demo.code}/subjects?{query}", headers=program.headers)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize(
    "token", ["", "x", "edc_" + "0" * 64, "\xff\xfe", "edc_\x00", "a b c", "Token", "é" * 40, "edc_" + "f" * 4000]
)
def test_a_token_that_is_none_is_answered_with_401(token: str) -> None:
    answer = Client().get("/api/v1/trials", HTTP_AUTHORIZATION=f"Token {token}")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "path", ["subjects/nope", "subjects/00000000-0000-0000-0000-00000000000g", "nope", "", "trials/%00"]
)
def test_an_address_that_does_not_exist_says_what_another_site_says(
    path: str, coordinator_a: Actor, coordinator_b: Actor, demo: Trial, program_of: ProgramOf
) -> None:
    subject = builders.screened_subject(demo, "AA")
    program = program_of(coordinator_b)
    answer, elsewhere = program.get(path), program.get(f"subjects/{subject.pk}")
    assert (answer.status_code, elsewhere.status_code) == (404, 404)
    assert answer.content == elsewhere.content


words = st.one_of(
    st.sampled_from(
        ["2026-03-02", "", "met", "AA", "2.0", "x" * 3000, NUL, HALF, "ALB", "34.5", "exact", str(uuid.UUID(int=7))]
    ),
    st.text(max_size=12),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), words, st.floats(allow_nan=True)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
NAMES = (
    *("key", "site", "consent_version", "consented_on", "screened_on", "version", "on", "reason", "verdict", "note"),
    *(
        "arm",
        "assigned_on",
        "password",
        "status",
        "done_on",
        "values",
        "path",
        "message",
        "answer",
        "variant",
        "datasets",
    ),
    *("username", "nope"),
)
answers = st.fixed_dictionaries(
    {
        "values": st.dictionaries(
            st.sampled_from(["LBDAT", "ALB", "BILI", "PETS", "AETERM", "CMTRT", HALF]), values, max_size=4
        )
    },
    optional={"reason": words},
)
bodies = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), st.one_of(words, values), max_size=6).map(json.dumps),
    answers.map(json.dumps),
    values.map(json.dumps),
    st.text(max_size=30),
    st.binary(max_size=30),
)
parameters = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["after", "limit", "order", "site", "status", "text", "since", "subject", "state", "format", "lang"]
        ),
        st.text(string.ascii_letters, max_size=5),
    ),
    st.one_of(words.filter(lambda text: HALF not in text), st.integers().map(str)),
    max_size=3,
)
preconditions = st.sampled_from(
    [{}, {"If-Match": '"0"'}, {"If-Match": '"1"'}, {"If-None-Match": "*"}, {"If-Match": "*"}]
)
TYPES = st.sampled_from(
    ["application/json"] * 8 + ["", "text/plain", "multipart/form-data", "application/json; charset=x"]
)
SLOTS = [
    "visit:M0/1/LAB/1",
    "visit:M0/1/VS/1",
    "log/CM/1",
    "log/AE/1",
    "infusion:1/INF/1",
    "event:1/AE/1",
    "x",
    "visit:/",
    "%00",
]


@pytest.mark.parametrize("run", range(4))
def test_no_request_ends_in_an_error_of_the_server(
    run: int,
    demo: Trial,
    coordinator_a: Actor,
    monitor: Actor,
    investigator_a: Actor,
    data_manager: Actor,
    program_of: ProgramOf,
) -> None:
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data={"VSDAT": "2026-03-02"})
    query = open_query(by=monitor, entry=entry, path="VSDAT", message="Right?")
    screened = builders.screened_subject(demo, "AA")
    keys = {
        "subject_id": [subject.pk, screened.pk, uuid.UUID(int=7)],
        "visit_id": [Visit.objects.get(subject=subject, code="M1").pk],
        "entry_id": [entry.pk],
        "query_id": [query.pk],
        "event_id": [uuid.UUID(int=7)],
        "code": [demo.code, "NOPE", "%00", "é"],
        "version": ["1.0", "%00", "9"],
        "criterion": ["I01", "I02", "E01", "%00", "nope"],
        "number": [1, 2, 10**30],
        "slot": SLOTS,
        "token": ["edc_0", "%00"],
    }
    programs = [program_of(each) for each in (coordinator_a, monitor, investigator_a, data_manager)]
    routes = [route for route in api.urlpatterns if route.name not in {"docs", "schema", "nothing"}]

    methods = {
        route.name: sorted(method.upper() for method in route.callback.actions if method != "head") for route in routes
    }

    @seed(20260302 + run)
    @settings(
        max_examples=120,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # each request changes what the next one meets
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def sent(data: st.DataObject) -> None:
        route = data.draw(st.sampled_from(routes))
        method = data.draw(st.sampled_from(methods[route.name] * 4 + ["PATCH", "OPTIONS"]))
        path = str(route.pattern)
        for name in route.pattern.converters:
            key = data.draw(st.sampled_from(keys[name]))
            path = path.replace(_placeholder(str(route.pattern), name), str(key))
        program: Program = data.draw(st.sampled_from(programs))
        answer: Any = program.client.generic(
            method,
            f"/api/v1/{path}",
            _bytes(data.draw(bodies)),
            content_type=data.draw(TYPES),
            query_params=data.draw(parameters) if data.draw(st.booleans()) else {},
            headers={**program.headers, **data.draw(preconditions)},
        )
        read_to_its_end(answer)
        assert answer.status_code < 500
        if answer.status_code >= 400:
            problem = answer.json()
            assert {"type", "title", "status", "detail", "code"} <= problem.keys()
            assert problem["status"] == answer.status_code

    sent()
    assert Act.objects.filter(channel="api").exists()


def _placeholder(pattern: str, name: str) -> str:
    """`<uuid:subject_id>` for `subject_id`."""
    return next(
        part for part in pattern.replace("<", "\n<").replace(">", ">\n").split("\n") if part.endswith(f":{name}>")
    )


def _bytes(body: str | bytes) -> bytes:
    return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
