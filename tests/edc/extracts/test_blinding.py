"""Who may not know arms gets no column, no file and no row that tells one, and the same bytes in either arm."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from edc import clock
from edc.access.actor import system_actor
from edc.access.roles import Permission
from tests import builders
from tests.conftest import MORNING
from tests.edc.extracts.conftest import DAY_0, Taken, taken
from trials.models import Subject, Trial
from trials.operations.protocol import load_protocol
from trials.protocol import load_text
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db
CM = "  - id: CM\n    title: Other medication\n"
TEXT = (
    builders.DEMO.read_text(encoding="utf-8")
    .replace("forms: [VS], arms: [CELL]}", "forms: [VS]}")
    .replace("arms: [CELL]\n  number: 2", "arms: [CELL, CTL]\n  number: 2")
    .replace("{id: HBVDNA, kind: lab,", "{id: HBVDNA, class: unblinding, kind: lab,")
    .replace(CM, f"{CM}    class: unblinding\n")
)


@pytest.fixture
def blinded() -> Trial:
    return load_protocol(by=builders.system(), loaded=load_text(TEXT), source=TEXT).trial


def record(trial: Trial, arm: str) -> Subject:
    subject = builders.enrolled_subject(trial, "AA", arm=arm, on=DAY_0)
    labs: dict[str, Any] = {
        "LBDAT": "2026-01-05",
        "ALB": {"text": "34.5", "unit": "g/L"},
        "HBVDNA": {"text": f"{len(arm)}77", "unit": "IU/mL"},
    }
    entry = save_entry(by=builders.system(), subject=subject, slot="visit:M0/1/LAB/1", data=labs)
    save_entry(by=builders.system(), subject=subject, slot="log/CM/1", data={"CMTRT": f"Drug of {arm}"})
    open_query(by=builders.system(), entry=entry, path="HBVDNA", message=f"Is this {arm}?", key=clock.new_id())
    return subject


def extract_as(trial: Trial, *permissions: Permission) -> Taken:
    """What somebody takes out who may do just this. No role of an open trial is blinded, so none is named."""
    allowed = {Permission.TRIAL_VIEW, Permission.EXTRACT_DATA, *permissions}
    return taken(system_actor("reader", permissions=allowed), trial)


def test_a_blinded_reader_gets_no_column_no_file_and_no_row_that_tells_an_arm(
    frozen_clock: clock.Fixed, blinded: Trial
) -> None:
    record(blinded, "CELL")
    extract = extract_as(blinded)
    assert not {"form_CM"} & extract.names
    assert "ARM" not in extract.table("subjects")[0]
    assert not [column for column in extract.table("form_LAB")[0] if column.startswith("HBVDNA")]
    assert [row["ANALYTE"] for row in extract.table("lab_results")] == ["ALB"]
    assert extract.table("queries") == []
    for words in (",CELL,", ",477,", '""477""', "Drug of", "Is this", "As agreed"):
        assert words not in extract.everything, words


def test_an_unblinded_reader_gets_all_of_it(frozen_clock: clock.Fixed, blinded: Trial) -> None:
    record(blinded, "CELL")
    extract = extract_as(blinded, *Permission)
    assert extract.table("subjects")[0]["ARM"] == "CELL"
    assert extract.table("form_LAB")[0]["HBVDNA"] == "477"
    assert extract.table("form_CM")[0]["CMTRT"] == "Drug of CELL"
    assert [row["MESSAGE"] for row in extract.table("queries")] == ["Is this CELL?"]


def test_both_arms_give_a_blinded_reader_the_same_bytes(blinded_run: Callable[[str], Taken]) -> None:
    one, other = blinded_run("CELL"), blinded_run("CTL")
    assert one.files == other.files


def test_what_a_rule_read_is_kept_from_whoever_may_not_see_it(frozen_clock: clock.Fixed) -> None:
    reads = builders.DEMO.read_text(encoding="utf-8").replace(
        "label: Weight, unit: kg,", "label: Weight, unit: kg, required: is_known(DM.BRTHDAT),"
    )
    trial = load_protocol(by=builders.system(), loaded=load_text(reads), source=reads).trial
    subject = builders.enrolled_subject(trial, "AA", on=DAY_0)
    entry = save_entry(by=builders.system(), subject=subject, slot="visit:M0/1/VS/1", data={"SYSBP": "120"})
    assert entry.evidence["DM.BRTHDAT"]["text"] == "1985-03-07"
    assert "1985-03-07" not in extract_as(trial).everything
    assert "1985-03-07" in extract_as(trial, *Permission).everything


@pytest.fixture
def blinded_run() -> Callable[[str], Taken]:
    """The same trial from its first step, with this arm; all of it is rolled back afterwards."""

    def run(arm: str) -> Taken:
        savepoint = transaction.savepoint()
        with clock.fixed(at=MORNING, seed=7, every_thread=True):
            trial = load_protocol(by=builders.system(), loaded=load_text(TEXT), source=TEXT).trial
            record(trial, arm)
            extract = extract_as(trial)
        transaction.savepoint_rollback(savepoint)
        return extract

    return run
