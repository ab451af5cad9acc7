"""The synthetic trial with data of every kind at both sites, and reading of what an extract holds."""

import csv
import io
import zipfile
from datetime import date
from typing import BinaryIO

import pytest
from django.db import DEFAULT_DB_ALIAS

from edc import clock
from edc.access.actor import Actor
from edc.extracts import making
from tests import builders
from trials.models import Subject, Trial
from visits.models import Visit
from visits.operations.entry import save_entry, withdraw_entry
from visits.operations.visits import mark_missed, record_visit

Table = list[dict[str, str]]
DAY_0 = date(2026, 1, 5)
NASTY = "=cmd|' /C calc'!A0, \"quoted\"; NA\nsecond line 张伟 😀"


@pytest.fixture(autouse=True)
def _snapshot_sees_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read through the connection of the test, whose rows no other connection can see."""
    monkeypatch.setattr(making, "SNAPSHOT", DEFAULT_DB_ALIAS)


@pytest.fixture
def filled(frozen_clock: clock.Fixed, demo: Trial) -> Trial:
    """Two participants at AA, one at BB, with forms of every kind of item."""
    fill(builders.enrolled_subject(demo, "AA", arm="CELL", on=DAY_0))
    fill(builders.enrolled_subject(demo, "BB", on=DAY_0))
    builders.screened_subject(demo, "AA")
    return demo


def fill(subject: Subject) -> None:
    """Fill in forms of the first two months, change one, withdraw one, miss a visit."""
    by = builders.system()
    visits = {visit.code: visit for visit in Visit.objects.filter(subject=subject)}
    record_visit(by=by, visit=visits["M1"], done_on=date(2026, 2, 5))
    signs = {"VSDAT": "5 feb 2026", "VSTIM": "09:05", "WEIGHT": "61.0", "SYSBP": {"missing": "ND"}}
    save_entry(by=by, subject=subject, slot="visit:M1/1/VS/1", data=signs)
    save_entry(
        by=by,
        subject=subject,
        slot="visit:M1/1/VS/1",
        data={"WEIGHT": "62.5"},
        base_revision=1,
        reason="=Typing slip, read again",
    )
    labs = {
        "LBDAT": "2026-02-05",
        "ALB": {"text": "5.0", "unit": "g/dL"},
        "BILI": {"missing": "UNK"},
        "HBVDNA": {"text": "<20", "unit": "IU/mL"},
    }
    save_entry(by=by, subject=subject, slot="visit:M1/1/LAB/1", data=labs)
    kit = {
        "COLOUR": "OTH",
        "COLOTH": "'00123",
        "LIKES": "1 OTH",
        "REMARK": NASTY,
        "PETS": [
            {"PETNAME": "-Rex", "PETBORN": "2020-05", "PETKG": "12.50"},
            {"PETNAME": "Mia", "PETBORN": {"missing": "UNK"}},
        ],
    }
    save_entry(by=by, subject=subject, slot="visit:SCR/1/KIT/1", data=kit)
    save_entry(by=by, subject=subject, slot="log/CM/1", data={"CMTRT": "Aspirin", "CMSTDAT": "2019", "CMONGO": "Y"})
    wrong = save_entry(by=by, subject=subject, slot="log/CM/2", data={"CMTRT": "Entered in error"})
    withdraw_entry(by=by, entry=wrong, reason="Other participant")
    mark_missed(by=by, visit=visits["W8"], reason="Did not come")


def taken(by: Actor, trial: Trial, variant: str = "exact", *names: str) -> "Taken":
    """Make an extract and open it."""
    made = making.extract(by=by, trial=trial, variant=variant, datasets=names)
    with made.file as file:
        return Taken(file, variant)


class Taken:
    """The content of an extract."""

    def __init__(self, file: BinaryIO, variant: str) -> None:
        with zipfile.ZipFile(file) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.variant = variant

    def table(self, name: str) -> Table:
        """The rows of a dataset, by column."""
        text = self.files[f"{name}.{self.variant}.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    @property
    def names(self) -> set[str]:
        """The datasets, codebook included."""
        return {name.split(".")[0] for name in self.files if name.endswith(".csv")}

    @property
    def everything(self) -> str:
        """All files as one text."""
        return "\n".join(data.decode("utf-8-sig") for name, data in sorted(self.files.items()))
