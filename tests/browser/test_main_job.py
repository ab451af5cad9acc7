"""The main job on NCT01573923 in Chromium, by keyboard: from the log-in to the datasets."""

import io
import zipfile
from collections.abc import Callable

import pytest

from edc.access.actor import Actor
from edc.audit.verification import problems
from tests.browser.person import Person
from tests.builders import PASSWORD
from tests.walks.people import Cast
from tests.walks.steps import CHILD_PUGH, JUDGED
from trials.models import Subject
from visits.models import Entry, LabResult, Query

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "snapshot"])]
TODAY = "2 mar 2026"
PANEL = ["31.50", "82", "95", "120", "48.0", "19.5", "140", "88", "5.1", "310"]
"""The first values of the panel as they are typed, one Enter after each."""


def logs_in(person: Person, actor: Actor) -> Person:
    person.opens("/")
    person.types(login=actor.username, password=PASSWORD)
    person.presses("Log in")
    return person


def test_the_main_job_by_keyboard(  # noqa: PLR0915 - one walk, told in one piece
    person: Callable[[], Person], cast: Cast
) -> None:
    coordinator = person()
    coordinator.opens("/")
    coordinator.shows("01-log-in")
    logs_in(coordinator, cast.coordinator)

    coordinator.follows("Screen a participant")
    coordinator.types(consented_on=TODAY, screened_on=TODAY)
    coordinator.presses("Screen the participant")
    subject = Subject.objects.get()
    home = f"/participants/{subject.pk}/"
    coordinator.reads("Participant BJ-0001 is in screening.", "Fill in Demographics at Screening.")
    fill_in_screening(coordinator)
    assert not coordinator.touched_the_mouse

    investigator = logs_in(person(), cast.investigator)
    investigator.opens(f"{home}eligibility")
    investigator.presses("Record what the rules say")
    for criterion in JUDGED:
        investigator.chooses(f"{criterion}-verdict", "met")
        investigator.presses(f"Save the judgement of {criterion}")
    investigator.reads("Every criterion lets the participant take part.")
    investigator.shows("02-eligibility")
    investigator.follows("Assign the arm")
    investigator.chooses("arm", "MSC")
    investigator.types(assigned_on=TODAY, note="Wishes the infusions; no contraindication", password=PASSWORD)
    investigator.shows("03-arm")
    investigator.presses("Assign the arm of BJ-0001")
    investigator.reads("The arm of BJ-0001 is assigned and the visits are planned.")

    coordinator.opens(home)
    coordinator.shows("04-participant-planned")
    coordinator.follows("Baseline")
    coordinator.types(**{"day-done_on": TODAY})
    coordinator.presses("Record the visit")
    coordinator.shows("05-visit")
    type_the_panel(coordinator)

    record_the_infusion(coordinator, home)
    record_the_event(coordinator, home)
    coordinator.opens(home)
    coordinator.shows("09-participant")
    coordinator.opens("/")
    coordinator.shows("10-trial")
    coordinator.follows("Participants")
    coordinator.shows("11-participants")

    monitor = logs_in(person(), cast.monitor)
    monitor.opens(home)
    monitor.walks_to("Laboratory panel, Baseline, in progress")
    monitor.follows("History of Albumin")
    monitor.reads("History of Albumin", "Li Na", "31.50 g/L", "315 g/L", "The point was missed")
    monitor.shows("12-history")
    monitor.follows("Trail")
    monitor.shows("13-trail")
    monitor.follows("Queries")
    monitor.shows("14-queries")
    monitor.follows("Protocol")
    monitor.shows("15-protocol")

    manager = logs_in(person(), cast.data_manager)
    manager.follows("Datasets")
    manager.shows("16-datasets")
    with manager.page.expect_download() as download:
        manager.goes_to(".button--primary")
        manager.page.keyboard.press("Enter")
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert "ALB,31.50" not in archive.read("manifest.json").decode()
        assert ",31.50," in archive.read("lab_results.exact.csv").decode()
        assert ",HCC," in archive.read("form_AE.exact.csv").decode()
    assert list(problems()) == []


def fill_in_screening(person: Person) -> None:
    """The three forms before the arm, with the keys that their choices show; Ctrl-Enter opens the next."""
    person.walks_to("Demographics, Screening, empty")
    person.shows("17-demographics")
    keys = person.page.keyboard
    for typed in ("ZW", "apr 1975", "m"):
        keys.type(typed)
        keys.press("Enter")
    next_form(person)
    person.chooses("CIRRH", "DECOMP")
    for name in ("TUMYN", "HIVRES", "TRANSYN", "IMMSUPYN"):
        person.goes_to(f'[name="{name}"]')
        keys.type("n")
    next_form(person)
    person.types(CPDAT=TODAY)
    for name in ("CPASC", "CPENC", "CPBIL", "CPALB", "CPINR"):
        person.goes_to(f'[name="{name}"]')
        keys.type(CHILD_PUGH[name])
    person.types(CPTOT=CHILD_PUGH["CPTOT"])
    person.saves()
    person.reads("Child-Pugh, Screening", "7 of 7 entered, no question open.")


def next_form(person: Person) -> None:
    with person.page.expect_navigation():
        person.page.keyboard.press("Control+Enter")


def type_the_panel(person: Person) -> None:
    """Value, Enter, value, Enter: the units stand there already, and no hand goes to the mouse."""
    person.follows("Laboratory panel")
    keys = person.page.keyboard
    keys.type(TODAY)
    person.goes_to('[name="ALB"]')
    for value in ["315", *PANEL[1:]]:
        keys.type(value)
        keys.press("Enter")
    assert not person.touched_the_mouse
    person.saves()
    person.reads("Saved 16:3", "11 of 49 entered, 1 question open.", "Albumin 315 g/L is far outside")
    person.shows("06-laboratory")
    assert Query.objects.get().path == "ALB"
    person.types(ALB=PANEL[0])
    person.saves()
    person.reads("Albumin: 315 g/L becomes 31.50 g/L")
    person.types(reason="The point was missed")
    person.saves()
    person.reads("11 of 49 entered, no question open.")
    assert not person.touched_the_mouse
    entry = Entry.objects.get(form="LAB")
    assert [entry.values[row.analyte]["text"] for row in LabResult.objects.order_by("id")] == PANEL
    assert {row.unit == row.standard_unit for row in LabResult.objects.all()} == {True}


def record_the_infusion(person: Person, home: str) -> None:
    person.opens(home)
    person.follows("Infusion 1")
    person.types(EXLOT="L-2026-014", EXPASS="4", EXVIAB="93.5", EXCELLS="4.0", EXCELLS__unit="10^7", EXVOL="40")
    person.types(EXSTDAT=TODAY, EXSTTIM="10:00", EXENTIM="10:40", EXRATE="1.00")
    for name in ("EXINTYN", "REACTYN"):
        person.goes_to(f'[name="{name}"]')
        person.page.keyboard.type("n")
    person.saves()
    person.reads("Saved 16:3", "complete")
    person.shows("07-infusion")


def record_the_event(person: Person, home: str) -> None:
    """The definitions of the scale stand beside its grades; a tumour is serious whatever its grade."""
    person.opens(f"{home}events/new")
    person.reads("Slightly unwell, does not affect daily life", "Severely unwell, life-threatening")
    person.reads("a tumour, hepatocellular carcinoma in particular, whatever its grade")
    person.types(AETERM="Hepatocellular carcinoma", AESTDAT=TODAY)
    person.chooses("AEGRADE", "1")
    for name in ("AESDTH", "AESLIFE", "AESDISAB", "AESHOSP", "AESCONG", "AESMIE"):
        person.goes_to(f'[name="{name}"]')
        person.page.keyboard.type("n")
    person.chooses("AETUMOR", "HCC")
    person.saves()
    person.reads("Serious", "serious")
    person.shows("08-event")
