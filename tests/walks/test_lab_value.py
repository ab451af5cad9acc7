"""A laboratory value, from the keyboard of a coordinator to the bytes that a statistician reads."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest

from edc import clock
from edc.audit.models import Act, LoginFailure
from tests.builders import PASSWORD
from tests.walks import steps
from tests.walks.desk import Desk
from tests.walks.people import Cast
from trials.models import Allocation, Subject
from visits.models import Entry, LabResult, Query

pytestmark = pytest.mark.django_db
TODAY = "2 mar 2026"
PANEL = {
    "ALB": ("34.50", "g/L"),
    "ALT": ("82", "U/L"),
    "BILI": ("2.10", "mg/dL"),
    "BILDIR": ("0.9", "mg/dL"),
    "HBVDNA": ("<20", "IU/mL"),
    "CREAT": ("71.0", "umol/L"),
}
"""As a laboratory's report has them: trailing noughts, two systems of units, and one value below what it can see."""


def posted(panel: dict[str, tuple[str, str]]) -> dict[str, str]:
    values = {name: text for name, (text, _) in panel.items()}
    return values | {f"{name}-unit": unit for name, (_, unit) in panel.items() if name not in {"ALT", "HBVDNA"}}


def refusals(subject: Subject) -> list[tuple[str, str, str]]:
    acts = Act.objects.filter(subject_id=subject.pk, outcome=Act.Outcome.REFUSED).order_by("id")
    return [(act.actor_username, act.operation, act.detail["refusal"]) for act in acts]


def test_a_lab_value_from_the_keyboard_to_the_dataset(  # noqa: PLR0915 - one walk, told in one piece
    frozen_clock: clock.Fixed, cast: Cast, at_desk: steps.AtDesk, verified: Callable[[bytes], None]
) -> None:
    # A coordinator logs in, at the second try, and screens a participant.
    desk = Desk().log_in(cast.coordinator, password="not the password").reads("Log in")
    assert LoginFailure.objects.get().username == cast.coordinator.username
    desk = at_desk(cast.coordinator)
    subject = steps.screen(desk, TODAY)
    assert subject.label == "BJ-0001"
    desk.reads("Fill in Demographics at Screening.").lacks("Month 3")
    desk.open(f"/participants/{subject.pk}/arm").reads("Your role does not allow this", status=403)
    desk.lacks("on record")
    forged = {"arm": "MSC", "assigned_on": "2026-03-02", "note": "x", "password": PASSWORD}
    token = {"csrfmiddlewaretoken": desk.client.cookies["edc-csrf"].value}
    tried_it = desk.client.post(desk.url, forged | token)
    assert (tried_it.status_code, b"The attempt is on record." in tried_it.content) == (403, True)
    at_desk(cast.other).open(f"/participants/{subject.pk}/").reads("There is no such page", status=404)
    steps.fill_in_screening(desk, subject, TODAY)
    age_and_sex = "50 years, male"
    desk.reads(age_and_sex)

    # The investigator judges, and assigns the arm with the password; a wrong one does nothing.
    chief = at_desk(cast.investigator)
    chief.open(f"/participants/{subject.pk}/arm").reads("What stands in the way", "I05")
    steps.judge(chief, subject)
    steps.assign(chief, subject, "CONV", TODAY, password="a wrong password")
    chief.reads("This is not your password. Nothing was saved.", status=422)
    assert not Allocation.objects.exists()
    steps.assign(chief, subject, "CONV", TODAY)
    chief.reads("The arm of BJ-0001 is assigned and the visits are planned.", "Conventional therapy", "2 Jun 2026")

    # The coordinator records the baseline visit and types the panel as the laboratory wrote it.
    desk.open(f"/participants/{subject.pk}/").follow("Baseline")
    desk.send("Record the visit", **{"day-done_on": TODAY}).reads("The visit is recorded.")
    desk.follow("Laboratory panel")
    comma = posted(PANEL | {"ALB": ("34,50", "g/L")})
    desk.send("Save", LBDAT=TODAY, **comma).reads("34,50", status=422)
    assert not Entry.objects.filter(form="LAB").exists()
    desk.send("Save", LBDAT=TODAY, **posted(PANEL))
    desk.reads("Saved 16:30.", "7 of 49 entered, no question open.", "in progress")
    entry = Entry.objects.get(form="LAB")
    assert (entry.revision, entry.status) == (1, Entry.Status.IN_PROGRESS)
    assert {name: (entry.values[name]["text"], entry.values[name]["unit"]) for name in PANEL} == PANEL
    results = {row.analyte: row for row in LabResult.objects.all()}
    assert {name: (row.standard_text, row.standard_unit) for name, row in results.items()} == {
        "ALB": ("34.5", "g/L"),
        "ALT": ("82", "U/L"),
        "BILI": ("35.91", "umol/L"),
        "BILDIR": ("15.39", "umol/L"),
        "HBVDNA": ("<20", "IU/mL"),
        "CREAT": ("71", "umol/L"),
    }

    # Two coordinators have the form open. The first changes albumin and is asked why; the second is shown both.
    slow = at_desk(cast.second).open(desk.url)
    desk.send("Save", ALB="35.40").reads("Say why", "Albumin: 34.50 g/L becomes 35.40 g/L", status=422)
    desk.send("Save", reason="Digits swapped when typing").reads("Saved 16:30.")
    slow.send("Save", ALB="34.05", LBNAM="Clinic laboratory")
    slow.reads("Somebody else saved Laboratory panel", "Li Na", "34.50 g/L", "35.40 g/L", "34.05 g/L", status=409)
    entry.refresh_from_db()
    assert (entry.revision, entry.values["ALB"]["text"], "LBNAM" in entry.values) == (2, "35.40", False)
    slow.send("Save mine on top", reason="The laboratory sent a corrected report").reads("Saved 16:30.")
    entry.refresh_from_db()
    assert (entry.revision, entry.values["ALB"]["text"], entry.values["LBNAM"]["text"]) == (
        3,
        "34.05",
        "Clinic laboratory",
    )
    assert LabResult.objects.get(analyte="ALB").standard_value == Decimal("34.05")

    # A doubtful value is stored, and the question stands beside it.
    desk.open(desk.url).send("Save", ALB="3405").send("Save", reason="As on paper")
    desk.reads("1 question open.", "far outside what a person can have")
    assert Query.objects.get().state == Query.State.OPEN
    desk.send("Save", ALB="34.05").send("Save", reason="The point was missed").reads("no question open.")
    assert Query.objects.get().state == Query.State.CLOSED

    # The monitor reads who changed what, when and why: two clicks from the participant's page.
    monitor = at_desk(cast.monitor).open(f"/participants/{subject.pk}/")
    monitor.clicks = 0
    monitor.follow("Laboratory panel, Baseline, in progress").follow("History of Albumin")
    assert monitor.clicks == 2
    monitor.reads(
        *("History of Albumin", "BJ-0001, Laboratory panel, Baseline", "Asia/Shanghai", "2 Mar 2026, 16:30"),
        *("Li Na", "Sun Mei", "coordinator", "34.50 g/L", "35.40 g/L", "34.05 g/L", "3405 g/L"),
        *("Digits swapped when typing", "The laboratory sent a corrected report", "The point was missed"),
        "far outside",
    )

    # Everything that was refused is in the trail, with what was tried.
    assert refusals(subject) == [
        ("li", "visits.assign_arm", "not_allowed"),
        ("wang", "visits.assign_arm", "password-wrong"),
        ("li", "visits.save_entry", "refused"),
        ("sun", "visits.save_entry", "conflict"),
    ]
    tried = Act.objects.get(detail__refusal="refused", subject_id=subject.pk)
    assert tried.detail["attempted"] == {"ALB": {"text": "34,50", "unit": "g/L"}}
    monitor.follow("Trail").send("Show", outcome="refused")
    monitor.reads("This is not your password", "Tried: Albumin", "34,50", "Sun Mei", "Somebody else saved this")

    # The data manager takes the datasets out: exactly the digits that were typed, and hashes that agree.
    manager = at_desk(cast.data_manager).open("/").follow("Datasets").send("Download")
    assert manager.status == 200
    with zipfile.ZipFile(io.BytesIO(manager.body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"
    }
    assert [each["version"] for each in manifest["protocol_versions"]] == ["1.0"]
    rows = list(csv.DictReader(io.StringIO(files["lab_results.exact.csv"].decode())))
    taken = {
        row["ANALYTE"]: (row["TYPED"], row["RESULT"], row["COMPARATOR"], row["UNIT"], row["STANDARD"]) for row in rows
    }
    assert taken == {
        "ALB": ("34.05", "34.05", "", "g/L", "34.05"),
        "ALT": ("82", "82", "", "U/L", "82"),
        "BILI": ("2.10", "2.10", "", "mg/dL", "35.91"),
        "BILDIR": ("0.9", "0.9", "", "mg/dL", "15.39"),
        "HBVDNA": ("<20", "20", "<", "IU/mL", "20"),
        "CREAT": ("71.0", "71.0", "", "umol/L", "71"),
    }
    (wide,) = csv.DictReader(io.StringIO(files["form_LAB.exact.csv"].decode()))
    assert (wide["ALB"], wide["ALB_UNIT"], wide["BILI"], wide["HBVDNA"], wide["HBVDNA_COMP"]) == (
        "34.05",
        "g/L",
        "2.10",
        "20",
        "<",
    )
    items = list(csv.DictReader(io.StringIO(files["codebook.exact.csv"].decode())))
    described = {row["COLUMN"] for row in items if row["DATASET"] == "form_LAB"}
    assert described == set(wide)
    assert b"ZW" not in b"".join(files.values()), "initials identify, and are left out for a data manager"

    # The trail leaves as a file that proves itself, and nothing in the database is out of line with it.
    trail = at_desk(cast.monitor).open("/").follow("Trail").send("JSON Lines, to verify")
    verified(trail.body)
