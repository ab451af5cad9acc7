"""What the datasets of a trial hold, cell by cell, and what they leave out for whom."""

from typing import cast

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor, system_actor
from edc.access.roles import Permission, Role
from edc.audit.guard import Audited
from edc.extracts.acts import TRAILED, TRIAL_WIDE
from edc.extracts.catalogue import datasets_for
from tests import builders
from tests.edc.extracts.conftest import DAY_0, NASTY, Taken, fill, taken
from trials.models import Consent, EligibilityVerdict, Site, Subject, Trial
from trials.reading import reading
from visits.datasets.context import context_of
from visits.forms.answer import Answer
from visits.forms.kinds import KINDS
from visits.forms.kinds.lab import split_comparator
from visits.models import Deviation, Entry, Infusion, LabResult, Query, Visit

pytestmark = pytest.mark.django_db


def all_seeing() -> Actor:
    return system_actor("test", permissions=Permission)


def test_every_answer_in_the_database_is_a_cell_and_every_cell_is_an_answer(filled: Trial) -> None:
    extract = taken(all_seeing(), filled)
    for entry in Entry.objects.select_related("protocol_version", "subject__site", "visit"):
        form = entry.protocol_version.protocol.form(entry.form)
        context = context_of(entry.protocol_version.protocol)
        (row,) = [row for row in extract.table(f"form_{form.id}") if row["ENTRY"] == str(entry.pk)]
        assert (row["TRIAL"], row["SITE"], row["SUBJECT"]) == ("DEMO", entry.subject.site.code, entry.subject.label)
        assert (row["VISIT"], row["SLOT"]) == (entry.visit.code if entry.visit else "", entry.slot)
        assert (row["ENTRY_STATUS"], row["WITHDRAWN"]) == (entry.status, "Y" if entry.withdrawn else "N")
        for item in form.items():
            columns = KINDS[item.kind].columns(item, context)
            cells = KINDS[item.kind].cells(item, Answer.from_json(entry.values.get(item.id)), context)
            assert [row[column.name] for column in columns] == cells
        for group in form.groups():
            rows = [row for row in extract.table(f"form_{form.id}__{group.id}") if row["ENTRY"] == str(entry.pk)]
            assert [row["ROW"] for row in rows] == [stored["_row"] for stored in entry.values.get(group.id, [])]
            for row, stored in zip(rows, entry.values.get(group.id, []), strict=True):
                for item in group.items:
                    columns = KINDS[item.kind].columns(item, context)
                    cells = KINDS[item.kind].cells(item, Answer.from_json(stored.get(item.id)), context)
                    assert [row[column.name] for column in columns] == cells
    forms = sum(len(extract.table(name)) for name in extract.names if name.startswith("form_") and "__" not in name)
    assert forms == Entry.objects.count()


def test_texts_stand_as_typed_and_a_missing_value_says_why(filled: Trial) -> None:
    extract = taken(all_seeing(), filled)
    kit = extract.table("form_KIT")[0]
    assert (kit["REMARK"], kit["COLOTH"]) == (NASTY, "'00123")
    assert (kit["LIKES__1"], kit["LIKES__2"], kit["LIKES__OTH"]) == ("1", "0", "1")
    signs = extract.table("form_VS")[0]
    assert (signs["VSDAT"], signs["WEIGHT"], signs["SYSBP"], signs["SYSBP_MISS"]) == ("2026-02-05", "62.5", "", "ND")
    assert (signs["DIABP"], signs["DIABP_MISS"]) == ("", "")
    pets = extract.table("form_KIT__PETS")[:2]
    assert [(pet["PETNAME"], pet["PETBORN"], pet["PETBORN_MISS"], pet["PETKG"]) for pet in pets] == [
        ("-Rex", "2020-05", "", "12.50"),
        ("Mia", "", "UNK", ""),
    ]


def test_laboratory_results_are_long_and_keep_their_digits(filled: Trial) -> None:
    rows = taken(all_seeing(), filled).table("lab_results")
    assert len(rows) == LabResult.objects.count() == 6
    names = ("ANALYTE", "TYPED", "COMPARATOR", "RESULT", "UNIT", "STANDARD", "STANDARD_UNIT", "RESULT_MISS")
    assert [tuple(row[name] for name in names) for row in rows[:3]] == [
        ("ALB", "5.0", "", "5.0", "g/dL", "50", "g/L", ""),
        ("BILI", "", "", "", "", "", "", "UNK"),
        ("HBVDNA", "<20", "<", "20", "IU/mL", "20", "IU/mL", ""),
    ]
    for row, result in zip(rows, LabResult.objects.order_by("subject__site__code", "id"), strict=True):
        assert (row["TYPED"], row["UNIT"]) == (result.text, result.unit)
        assert row["STANDARD"] == split_comparator(result.standard_text)[1]


def test_every_fact_about_participants_has_its_row(filled: Trial) -> None:
    extract = taken(all_seeing(), filled)
    for name, model in {
        "subjects": Subject,
        "consents": Consent,
        "eligibility": EligibilityVerdict,
        "visits": Visit,
        "infusions": Infusion,
        "queries": Query,
        "deviations": Deviation,
    }.items():
        assert len(extract.table(name)) == model._default_manager.count(), name
    subject = extract.table("subjects")[0]
    assert (subject["SUBJECT"], subject["STATUS"], subject["ARM"]) == ("AA-001", "on_study", "CELL")
    assert (subject["SCREENED_ON"], subject["ENDED_ON"]) == ("2026-01-05", "")
    missed = next(row for row in extract.table("visits") if row["VISIT"] == "W8")
    assert (missed["STATUS"], missed["NOTE"], missed["DONE_ON"]) == ("missed", "Did not come", "")
    verdict = extract.table("eligibility")[0]
    assert (verdict["CRITERION"], verdict["TYPE"], verdict["VERDICT"]) == ("E01", "exclusion", "met")


def test_what_was_recorded_in_error_is_marked_and_not_dropped(filled: Trial) -> None:
    rows = taken(all_seeing(), filled).table("form_CM")
    assert [(row["CMTRT"], row["WITHDRAWN"]) for row in rows[:2]] == [("Aspirin", "N"), ("Entered in error", "Y")]


def test_the_trail_says_who_changed_what_when_and_why(filled: Trial) -> None:
    extract = taken(all_seeing(), filled)
    (change,) = [
        row
        for row in extract.table("audit_changes")
        if (row["PATH"], row["CHANGE"], row["SITE"]) == ("WEIGHT", "~", "AA")
    ]
    assert (change["OLD"], change["NEW"]) == ('{"text":"61.0"}', '{"text":"62.5"}')
    assert (change["LABEL"], change["OLD_WORDS"], change["NEW_WORDS"]) == ("Weight", "61.0 kg", "62.5 kg")
    assert (change["REASON"], change["ACTOR"], change["REVISION"]) == ("=Typing slip, read again", "system:test", "2")
    assert (change["SUBJECT"], change["SLOT"], change["AT"]) == (
        *("AA-001", "visit:M1/1/VS/1"),
        "2026-03-02T08:30:00.000000Z",
    )
    acts = {row["ACT"]: row for row in extract.table("audit_acts")}
    assert acts[change["ACT"]]["REASON"] == change["REASON"]
    assert [row["ACT"] for row in extract.table("audit_changes")] == sorted(
        row["ACT"] for row in extract.table("audit_changes")
    )


def test_every_fact_is_in_the_trail_dataset_or_belongs_to_access() -> None:
    """A new model must say whether its changes leave with the data."""
    facts = {
        model
        for model in _all_subclasses(cast(type[Model], Audited))
        if not model._meta.abstract and model.__module__.split(".")[0] != "tests"
    }
    assert {model._meta.label for model in facts - set(TRAILED) - set(TRIAL_WIDE)} == {
        "access.User",
        "access.Membership",
    }


def _all_subclasses(model: type[Model]) -> set[type[Model]]:
    return {each for child in model.__subclasses__() for each in (child, *_all_subclasses(child))}


def test_what_identifies_is_left_out_and_the_manifest_says_so(filled: Trial, data_manager: Actor) -> None:
    extract = taken(data_manager, filled)
    header = extract.files["form_DM.exact.csv"].decode().splitlines()[0].split(",")
    assert "SEX" in header
    assert not {"INITIALS", "BRTHDAT", "BRTHDAT_MISS"} & set(header)
    assert not [row for row in extract.table("audit_changes") if row["PATH"] in {"INITIALS", "BRTHDAT"}]
    assert "1985-03-07" not in extract.everything
    assert '"AB"' not in extract.everything
    assert "Initials (DM.INITIALS)" in extract.files["manifest.json"].decode()
    shown = taken(all_seeing(), filled)
    assert shown.table("form_DM")[0]["BRTHDAT"] == "1985-03-07"
    assert "1985-03-07" in shown.files["audit_changes.exact.csv"].decode()


def test_the_arm_is_shown_in_an_open_trial_and_needs_the_right_to_see_it(filled: Trial, statistician: Actor) -> None:
    assert taken(statistician, filled).table("subjects")[0]["ARM"] == "CELL"
    without = system_actor("test", permissions=set(Permission) - {Permission.ARM_VIEW})
    extract = taken(without, filled)
    assert "ARM" not in extract.table("subjects")[0]
    assert "allocation" not in {row["TABLE"] for row in extract.table("audit_changes")}
    assert "As agreed" not in extract.everything
    assert "Treatment arm" in extract.files["manifest.json"].decode()


def test_rows_of_another_site_are_absent_everywhere(filled: Trial, site_b: Site) -> None:
    here = builders.person(Role.DATA_MANAGER, filled, site_b)
    extract = taken(here, filled)
    assert {
        row["SITE"] for name in extract.names if not name.startswith("codebook") for row in extract.table(name)
    } == {"BB"}
    assert "AA-00" not in extract.everything
    assert len(extract.table("subjects")) == 1


def test_formulas_are_inert_in_the_safe_variant_only(filled: Trial, data_manager: Actor) -> None:
    exact, safe = (taken(data_manager, filled, variant) for variant in ("exact", "spreadsheet"))
    assert exact.table("form_KIT")[0]["REMARK"] == NASTY
    assert safe.table("form_KIT")[0]["REMARK"] == f"'{NASTY}"
    assert safe.table("form_KIT__PETS")[0]["PETNAME"] == "'-Rex"
    assert exact.names == safe.names
    for name in safe.names:
        for row in safe.table(name):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_the_codebook_knows_every_column(filled: Trial, data_manager: Actor) -> None:
    extract = taken(data_manager, filled)
    listed: dict[str, list[str]] = {}
    for row in extract.table("codebook"):
        listed.setdefault(row["DATASET"], []).append(row["COLUMN"])
    assert listed.keys() == extract.names - {"codebook", "codebook_codes"}
    for name, columns in listed.items():
        assert extract.files[f"{name}.exact.csv"].decode().split("\r\n")[0] == ",".join(columns)
    weight = next(row for row in extract.table("codebook") if row["COLUMN"] == "WEIGHT")
    assert (weight["LABEL"], weight["TYPE"], weight["UNIT"]) == ("Weight", "decimal", "kg")
    assert weight["MISSING"] == "ND = Not done | UNK = Unknown | NA = Not applicable"


def test_the_same_data_gives_the_same_bytes_whoever_asks_and_whenever(
    filled: Trial, data_manager: Actor, statistician: Actor, frozen_clock: clock.Fixed
) -> None:
    first = taken(data_manager, filled)
    frozen_clock.advance(clock.MICROSECOND * 86_400_000_000)
    second = taken(statistician, filled)
    assert [name for name in first.files if first.files[name] != second.files[name]] == ["manifest.json"]


def test_each_dataset_reads_with_as_many_queries_for_many_rows_as_for_few(filled: Trial) -> None:
    few = _counts(filled)
    for _ in range(2):
        fill(builders.enrolled_subject(filled, "AA", on=DAY_0))
    many = _counts(filled)
    assert {name: queries for name, (_, queries) in few.items()} == {
        name: queries for name, (_, queries) in many.items()
    }
    assert all(queries == 1 for name, (_, queries) in many.items() if name != "audit_changes")
    assert many["audit_changes"][1] == len(TRAILED) + len(TRIAL_WIDE)
    assert all(many[name][0] > few[name][0] for name in ("subjects", "form_KIT__PETS", "lab_results", "audit_changes"))


def _counts(trial: Trial) -> dict[str, tuple[int, int]]:
    counts = {}
    for dataset in datasets_for(reading(all_seeing(), trial, "default")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = sum(1 for _ in dataset.rows())
        counts[dataset.name] = (rows, len(queries))
    return counts


def test_only_the_datasets_asked_for_are_taken(filled: Trial, data_manager: Actor) -> None:
    extract: Taken = taken(data_manager, filled, "exact", "subjects", "form_VS")
    assert extract.names == {"subjects", "form_VS", "codebook", "codebook_codes"}
