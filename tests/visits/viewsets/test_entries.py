"""Forms over the API: the revision is named, the sentences are those of the page, and nothing is lost."""

import html
import re
from typing import Any

import pytest
from django.urls import reverse

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Role
from edc.audit.models import Act
from tests import builders
from tests.cast import ClientOf
from tests.program import ProgramOf
from trials.models import Subject, Trial
from visits.models import Entry
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db

LAB = {"LBDAT": "2026-03-02", "ALB": {"text": "34.5", "unit": "g/L"}}


@pytest.fixture(autouse=True)
def _morning(frozen_clock: clock.Fixed) -> None:
    """Hold the clock, so that days can be written down here."""


@pytest.fixture
def subject(demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, "AA", arm="CELL")


@pytest.fixture
def lab(subject: Subject) -> str:
    return f"subjects/{subject.pk}/entries/visit:M0/1/LAB/1"


def test_an_empty_form_is_read_and_filled_in(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    empty = program.get(lab)
    assert (empty.status_code, empty.json()["status"], empty.headers["ETag"]) == (200, "empty", '"0"')
    saved = program.raw("PUT", lab, '{"values": {"LBDAT": "2026-03-02"}}', If_None_Match="*")
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
    assert program.get(lab).json() == saved.json()


def test_what_was_read_is_taken_back_unchanged(
    subject: Subject, lab: str, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    program = program_of(coordinator_a)
    kit = f"subjects/{subject.pk}/entries/visit:W8/1/KIT/1"
    pets = [{"PETNAME": {"text": "Rex"}, "PETKG": {"text": "30.50"}}, {"PETNAME": "Mia", "PETBORN": {"missing": "UNK"}}]
    filled = {"COLOUR": "OTH", "COLOTH": "green", "LIKES": ["1", "2"], "PETS": pets, "REMARK": "two\nlines"}
    assert program.put(kit, as_of=0, values=filled).status_code == 200
    read = program.get(kit).json()
    assert read["values"]["PETS"][0] == {"_row": "r1", "PETNAME": {"text": "Rex"}, "PETKG": {"text": "30.50"}}
    again = program.put(kit, as_of=read["revision"], values=read["values"])
    assert (again.status_code, again.json()) == (200, read)


def test_a_save_without_a_revision_is_asked_for_one(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    answer = program_of(coordinator_a).put(lab, values=LAB)
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    assert not Entry.objects.filter(form="LAB").exists()


@pytest.mark.parametrize("match", ["3", '"x"', "*", 'W/"1"', '"1", "2"', '"' + "9" * 30 + '"'])
def test_a_revision_that_is_none_is_refused(match: str, lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    answer = program_of(coordinator_a).raw("PUT", lab, '{"values": {}}', If_Match=match)
    assert (answer.status_code, answer.json()["code"]) == (400, "unclear_precondition")


def test_a_stale_save_is_refused_with_what_is_saved_now(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    program.put(lab, as_of=0, values=LAB)
    program.put(lab, as_of=1, values={"ALB": {"text": "35", "unit": "g/L"}}, reason="Misread")
    stale = program.put(lab, as_of=1, values={"ALB": {"text": "36", "unit": "g/L"}}, reason="Misread")
    assert (stale.status_code, stale.json()["code"], stale.headers["ETag"]) == (412, "conflict", '"2"')
    assert stale.json()["current"] == program.get(lab).json()
    assert stale.json()["current"]["values"]["ALB"] == {"text": "35", "unit": "g/L"}


def test_the_same_save_again_is_one_save(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    answers = [program.put(lab, as_of=0, values=LAB) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    change = {"values": {"ALB": {"text": "35", "unit": "g/L"}}, "reason": "Misread"}
    assert [program.put(lab, as_of=1, **change).headers["ETag"] for _ in range(2)] == ['"2"', '"2"']
    assert Act.objects.filter(operation="visits.save_entry", form="LAB", outcome="done").count() == 2


def test_a_log_gives_a_new_key_its_own_place(subject: Subject, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program, path = program_of(coordinator_a), f"subjects/{subject.pk}/entries/log/CM/1"
    keys = [clock.new_id(), clock.new_id()]
    slots = [
        program.put(path, as_of=0, values={"CMTRT": "Aspirin"}, key=str(key)).json()["slot"]
        for key in (keys[0], keys[1], keys[1])
    ]
    assert slots == ["log/CM/1", "log/CM/2", "log/CM/2"]


def test_a_changed_value_needs_a_reason(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    program.put(lab, as_of=0, values=LAB)
    asked = program.put(lab, as_of=1, values={"ALB": {"text": "35", "unit": "g/L"}})
    assert (asked.status_code, asked.json()["code"]) == (400, "needs_reason")
    assert asked.json()["errors"] == {"ALB": ["Albumin: 34.5 g/L becomes 35 g/L"]}
    assert program.put(lab, as_of=1, values={"ALB": {"text": "35", "unit": "g/L"}}, reason="Misread").status_code == 200
    assert Act.objects.get(operation="visits.save_entry", reason="Misread").channel == "api"


BAD: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("LAB", {"LBDAT": "03/04/2024"}, {"LBDAT": "03/04/2024"}),
    ("LAB", {"LBDAT": "2030-01-01"}, {"LBDAT": "2030-01-01"}),
    ("LAB", {"ALB": "1,5"}, {"ALB": "1,5"}),
    ("LAB", {"ALB": "1_000"}, {"ALB": "1_000"}),
    ("LAB", {"ALB": "34.5"}, {"ALB": "34.5"}),
    ("LAB", {"ALB": {"text": "34.5", "unit": "stone"}}, {"ALB": "34.5", "ALB-unit": "stone"}),
    ("LAB", {"ALB": {"text": "34.5", "missing": "ND"}}, {"ALB": "34.5", "ALB-missing": "ND"}),
    ("LAB", {"ALB": {"missing": "WHO"}}, {"ALB-missing": "WHO"}),
    ("LAB", {"ALB": "3\x00"}, {"ALB": "3\x00"}),
    ("LAB", {"NOPE": "1"}, {"NOPE": "1"}),
    ("VS", {"VSTIM": "25:00"}, {"VSTIM": "25:00"}),
    ("VS", {"WEIGHT": "20000"}, {"WEIGHT": "20000"}),
    ("VS", {"WEIGHT": "70.55"}, {"WEIGHT": "70.55"}),
    ("VS", {"SYSBP": "120.5"}, {"SYSBP": "120.5"}),
    ("VS", {"SYSBP": "80", "DIABP": "90"}, {"SYSBP": "80", "DIABP": "90"}),
]


@pytest.mark.parametrize(("form", "sent", "posted"), BAD, ids=[f"{form} {sent}" for form, sent, _ in BAD])
def test_the_api_says_what_the_page_says_word_for_word(
    form: str,
    sent: dict[str, Any],
    posted: dict[str, str],
    subject: Subject,
    coordinator_a: Actor,
    program_of: ProgramOf,
    client_of: ClientOf,
) -> None:
    slot = f"visit:M0/1/{form}/1"
    refused = program_of(coordinator_a).put(f"subjects/{subject.pk}/entries/{slot}", as_of=0, values=sent)
    assert (refused.status_code, refused.json()["code"]) == (400, "refused")
    acts = Act.objects.filter(operation="visits.save_entry", outcome="refused").order_by("id")
    page = client_of(coordinator_a).post(
        reverse("visits:entry", args=[subject.pk, slot]), {**posted, "base_revision": "0", "key": str(clock.new_id())}
    )
    assert page.status_code == 422
    by_api, by_page = acts
    assert by_api.detail["errors"] == by_page.detail["errors"] == refused.json()["errors"]
    assert by_api.detail["attempted"] == by_page.detail["attempted"]
    text = html.unescape(re.sub(r"<[^>]+>", "", page.content.decode()))
    for path, sentences in refused.json()["errors"].items():
        if path != "NOPE":
            assert all(sentence in text for sentence in sentences)


def test_what_identifies_is_withheld_and_cannot_be_written(
    subject: Subject, data_manager: Actor, coordinator_a: Actor, program_of: ProgramOf
) -> None:
    path = f"subjects/{subject.pk}/entries/visit:SCR/1/DM/1"
    assert program_of(coordinator_a).get(path).json()["values"]["INITIALS"] == {"text": "AB"}
    seen = program_of(data_manager).get(path)
    assert seen.json()["values"] == {"SEX": {"text": "F"}, "PREGYN": {"text": "N"}}
    assert seen.json()["withheld"] == ["INITIALS", "BRTHDAT"]
    assert "1985" not in seen.content.decode()


def test_a_withdrawn_form_is_empty_again(lab: str, coordinator_a: Actor, program_of: ProgramOf) -> None:
    program = program_of(coordinator_a)
    saved = program.put(lab, as_of=0, values=LAB).json()
    assert program.post(f"entries/{saved['id']}/withdraw").json()["code"] == "needs_reason"
    withdrawn = program.post(f"entries/{saved['id']}/withdraw", reason="Wrong participant")
    assert (withdrawn.json()["status"], withdrawn.json()["values"], withdrawn.headers["ETag"]) == (
        "withdrawn",
        {},
        '"2"',
    )
    assert program.put(lab, as_of=2, values=LAB).json()["revision"] == 3


def test_the_form_of_an_infusion_is_saved_through_its_own_operation(
    subject: Subject, nurse_a: Actor, program_of: ProgramOf
) -> None:
    program, path = program_of(nurse_a), f"subjects/{subject.pk}/entries/infusion:1/INF/1"
    given = {"EXSTDAT": "2026-03-02", "EXSTTIM": "09:00", "EXCELLS": {"text": "4.0", "unit": "10^7"}, "EXVOL": "40.0"}
    saved = program.put(path, as_of=0, values=given)
    assert saved.status_code == 200
    (first, _) = program.get(f"subjects/{subject.pk}/infusions").json()["results"]
    assert (first["status"], first["given_on"]) == ("given", "2026-03-02")
    assert Act.objects.filter(operation="visits.record_infusion", channel="api").count() == 1
    stale = program.put(path, as_of=0, values={**given, "EXVOL": "41.0"})
    assert (stale.status_code, stale.json()["current"]["revision"]) == (412, 1)


def test_whoever_may_not_know_the_arm_is_told_neither_infusions_nor_the_visits_of_one_arm(
    subject: Subject, demo: Trial, program_of: ProgramOf, coordinator_a: Actor
) -> None:
    coder = program_of(builders.person(Role.CODER, demo))
    codes = {visit["code"] for visit in coder.get(f"subjects/{subject.pk}/visits").json()["results"]}
    assert codes == {"SCR", "M0", "M1", "W8"}
    assert coder.get(f"subjects/{subject.pk}/infusions").json()["results"] == []
    assert coder.get(f"subjects/{subject.pk}/entries/infusion:1/INF/1").status_code == 404
    assert coder.get(f"subjects/{subject.pk}").json()["arm"] is None
    assert program_of(coordinator_a).get(f"subjects/{subject.pk}").json()["arm"] == "Cells"


def test_the_list_of_forms_says_how_far_each_is(subject: Subject, coordinator_a: Actor, program_of: ProgramOf) -> None:
    save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data={"WEIGHT": "160"})
    rows = program_of(coordinator_a).get(f"subjects/{subject.pk}/entries", form="VS").json()["results"]
    assert [(row["slot"], row["status"], row["answered"], row["open_queries"]) for row in rows] == [
        ("visit:M0/1/VS/1", "in_progress", 1, 1)
    ]
