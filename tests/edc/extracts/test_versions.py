"""Entries made under different versions of a protocol stand in one dataset; adverse events with their report."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from adverse_events.models import AdverseEvent
from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.audit import recording, sealing
from tests import builders
from tests.edc.extracts.conftest import DAY_0, taken
from trials.checks import FOLDER
from trials.models import Site, Subject, Trial
from trials.operations.protocol import load_protocol, set_site_protocol
from trials.protocol import load_text
from visits.models import Entry
from visits.operations.entry import save_entry
from visits.rules.slots import event_slot
from visits.storing import Place, store_entry, withdraw

pytestmark = pytest.mark.django_db
TEXT = builders.DEMO.read_text(encoding="utf-8")
AMENDED = (
    TEXT.replace('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary')
    .replace("label: Favourite colour, missing: [UNK]", "label: Colour liked best")
    .replace("{code: OTH, label: Other}", '{code: OTH, label: Another}, {code: "3", label: Green}')
    .replace("          - {id: LIKES, kind: many, choices: colour, label: Colours liked}\n", "")
    .replace("{id: REMARK, kind: text, label: Remark,", "{id: REMARK, kind: text, class: identifying, label: Remark,")
)


@pytest.fixture
def amended(frozen_clock: clock.Fixed, demo: Trial, site_b: Site) -> Trial:
    """Site BB works with an amendment: a label, a missing code, a choice, a class and an item differ."""
    old = builders.enrolled_subject(demo, "AA", on=DAY_0)
    save(old, {"COLOUR": "OTH", "COLOTH": "Pink", "LIKES": "1 2", "REMARK": "Seen on the ward of Dr Who"})
    version = load_protocol(by=builders.system(), loaded=load_text(AMENDED), source=AMENDED)
    set_site_protocol(by=builders.system(), site=site_b, version=version, since=clock.today(site_b.time_zone))
    save(builders.screened_subject(demo, "BB"), {"COLOUR": "3", "REMARK": "Mr Smith's dog"})
    return demo


def save(subject: Subject, data: dict[str, Any]) -> Entry:
    return save_entry(by=builders.system(), subject=subject, slot="visit:SCR/1/KIT/1", data=data)


def test_the_columns_are_those_of_all_versions_with_the_words_of_the_newest(
    amended: Trial, data_manager: Actor
) -> None:
    extract = taken(data_manager, amended)
    old, new = extract.table("form_KIT")
    assert (old["PROTOCOL"], old["COLOUR"], old["LIKES__1"], old["LIKES__OTH"]) == ("1.0", "OTH", "1", "0")
    assert (new["PROTOCOL"], new["COLOUR"], new["LIKES__1"]) == ("1.1", "3", "")
    book = {row["COLUMN"]: row for row in extract.table("codebook") if row["DATASET"] == "form_KIT"}
    assert book["COLOUR"]["LABEL"] == "Colour liked best"
    assert book["COLOUR"]["CHOICES"] == "1 = Red | 2 = Blue | OTH = Another | 3 = Green"
    assert book["COLOUR_MISS"]["CHOICES"] == "ND = Not done | UNK = Unknown | NA = Not applicable"
    assert book["LIKES__1"]["LABEL"] == "Colours liked: Red"
    positions = {column: int(row["POSITION"]) for column, row in book.items()}
    assert positions["COLOUR"] < positions["COLOTH"] < positions["LIKES__1"]


def test_an_item_that_any_version_closes_is_left_out_in_all(amended: Trial, data_manager: Actor) -> None:
    extract = taken(data_manager, amended)
    assert "REMARK" not in extract.table("form_KIT")[0]
    assert "ward of Dr Who" not in extract.everything
    assert "Smith" not in extract.everything


def test_the_trail_shows_words_of_the_version_of_the_entry(amended: Trial, data_manager: Actor) -> None:
    changes = taken(data_manager, amended).table("audit_changes")
    words = [(row["LABEL"], row["NEW_WORDS"]) for row in changes if row["PATH"] == "COLOUR"]
    assert words == [("Favourite colour", "Other"), ("Colour liked best", "Green")]


def record_event(subject: Subject, number: int, data: dict[str, Any]) -> tuple[AdverseEvent, Entry]:
    """An adverse event with its report, in one act, as the operation on events writes them."""
    by = builders.system()
    with transaction.atomic():
        who = by.by(Permission.EVENT_RECORD, subject.scope())
        act = recording.Recording(by=who, operation="test.event", sentence="Event recorded", scope=subject.scope())
        with recording.opened(act):
            event = AdverseEvent(subject=subject, number=number, term=data["AETERM"], onset="2026-02", serious=False)
            event.save()
            place = Place(subject, event_slot(number, "AE"), event_id=event.pk, label=f"Event {number}")
            entry = store_entry(place, data, base_revision=0, by=by).entry
        sealing.write(act)
    return event, entry


def test_adverse_events_stand_with_the_items_of_their_report(
    frozen_clock: clock.Fixed, demo: Trial, data_manager: Actor
) -> None:
    subject = builders.enrolled_subject(demo, "AA", on=DAY_0)
    report = {"AETERM": 'Fever, "high"', "AESTDAT": "2026-02", "AEGRADE": "2", "AESER": "N"}
    event, entry = record_event(subject, 1, report)
    rows = taken(data_manager, demo).table("adverse_events")
    (row,) = rows
    assert (row["EVENT"], row["TERM"], row["SERIOUS"], row["ONSET"]) == ("1", 'Fever, "high"', "N", "2026-02")
    assert (row["REPORT"], row["REPORT_STATUS"], row["PROTOCOL"]) == (str(entry.pk), entry.status, "1.0")
    assert (row["AETERM"], row["AEGRADE"], row["AEENDAT"], row["WITHDRAWN"]) == ('Fever, "high"', "2", "", "N")
    form = taken(data_manager, demo).table("form_AE")
    assert [(each["EVENT"], each["AETERM"]) for each in form] == [("1", 'Fever, "high"')]
    with transaction.atomic():
        who = builders.system().by(Permission.EVENT_RECORD, subject.scope())
        act = recording.Recording(by=who, operation="test.event", sentence="Event withdrawn", scope=subject.scope())
        with recording.opened(act):
            event.withdrawn, event.withdrawn_note = True, "Other participant"
            event.save()
            withdraw(entry, "Other participant")
        sealing.write(act)
    (row,) = taken(data_manager, demo).table("adverse_events")
    assert (row["WITHDRAWN"], row["WITHDRAWN_NOTE"], row["REPORT_WITHDRAWN"]) == ("Y", "Other participant", "Y")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_trial_can_be_taken_out(path: Path) -> None:
    trial = builders.trial_from(path)
    extract = taken(builders.system(), trial)
    forms = trial.protocol_versions.get().protocol.forms
    assert {f"form_{form.id}" for form in forms} <= extract.names
    assert extract.table("audit_acts")
