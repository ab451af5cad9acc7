"""What leaves by another way than a page: files for spreadsheets, names of files, lines of the log, failed log-ins."""

import csv
import io
import json
import logging
import re
import zipfile

import pytest
from django.test import Client

from edc import clock
from edc.access.roles import Role
from tests import builders
from tests.attacks.conftest import SCREENING, SECRETS, World
from tests.cast import ClientOf
from tests.program import ProgramOf, read_to_its_end
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db

FORMULAS = (
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "  =1+1",
    "\u00a0=1+1",
    "\u200e=1+1",
    "\uff1d1+1",
    "%0A=1+1",
)
RUNS = re.compile(r"[=+@\t\r\uff1d\uff0b\uff0d\uff20]|-(?![0-9.]+$)")


def cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


def would_run(cell: str) -> bool:
    """Whether a spreadsheet might take this for a formula, blanks and marks that nobody sees aside."""
    return bool(RUNS.match(cell.lstrip(" \u00a0\u200c\u200d\u200e\u200f\ufeff\n\r\t")))


def test_no_cell_for_a_spreadsheet_is_a_formula(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    coordinator, monitor = world.people["coordinator_a"], world.people[Role.MONITOR]
    own = {"by": coordinator, "subject": world.a.subject}
    for number, formula in enumerate(FORMULAS, start=2):
        entry = save_entry(**own, slot=f"log/CM/{number}", data={"CMTRT": formula}, key=clock.new_id())
        open_query(by=monitor, entry=entry, path="CMTRT", message=formula)
        save_entry(**own, slot=entry.slot, data={"CMTRT": "x"}, base_revision=1, reason=formula)
    browser, program = client_of(monitor), program_of(world.people[Role.DATA_MANAGER])
    trail = read_to_its_end(browser.post(f"/trials/{world.trial.code}/trail/download.csv"))
    assert [cell for cell in cells(trail) if would_run(cell)] == []
    made = read_to_its_end(program.post(f"trials/{world.trial.code}/datasets", variant="spreadsheet"))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheets = [name for name in archive.namelist() if name.endswith(".csv")]
        wrong = [(name, cell) for name in sheets for cell in cells(archive.read(name)) if would_run(cell)]
    assert sheets
    assert wrong == []


def test_no_line_of_the_log_holds_what_was_typed(
    world: World, client_of: ClientOf, program_of: ProgramOf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, program = client_of(world.people["coordinator_a"]), program_of(world.people["coordinator_a"])
    own = world.a.subject.pk
    wrong = {"INITIALS": "LOGGED-SECRET", "BRTHDAT": SECRETS["birth date refused"], "reason": "LOGGED-WHY"}
    wrong["base_revision"] = "2"
    browser.post(f"/participants/{own}/forms/{SCREENING}/", wrong)
    browser.post(f"/participants/{own}/drafts/{SCREENING}/", wrong)
    browser.get(f"/trials/{world.trial.code}/participants/?q=LOGGED-SEARCH")
    program.put(f"subjects/{own}/entries/{SCREENING}", as_of=2, values={"INITIALS": "LOGGED-API"}, reason="LOGGED-WHY")
    Client().post("/account/login/", {"login": "monitor", "password": "LOGGED-PASSWORD"})
    Client().post(
        "/api/v1/token", json.dumps({"username": "monitor", "password": "LOGGED-PASSWORD"}), "application/json"
    )
    Client().get("/trials/%0d%0aLOGGED-LINE/")
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert len(lines) > 5
    assert [line for line in lines if re.search("LOGGED-(SECRET|WHY|SEARCH|API|PASSWORD)|edc_[0-9a-f]{20}", line)] == []


def test_ten_wrong_log_ins_close_the_account_in_whatever_spelling(world: World) -> None:
    spellings = ("monitor", "MONITOR", " monitor ", "Monitor", "ｍｏｎｉｔｏｒ")
    for guess in range(15):
        sent = {"login": spellings[guess % len(spellings)], "password": f"a guess {guess} of many"}
        Client().post("/account/login/", sent)
    browser = Client()
    browser.post("/account/login/", {"login": "monitor", "password": builders.PASSWORD})
    assert "_auth_user_id" not in browser.session
