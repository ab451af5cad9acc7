"""Look-ups of a protocol, and what the shipped protocol says against the facts of the trial's record."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from edc.access.roles import Role
from tests.trials.protocol.mistakes import TEXT
from trials.protocol import Protocol, eligibility_names, form_names, item_type, load_file, load_text
from trials.protocol.schema.identity import ROLES, SubjectNumbers
from trials.rules.expression import Type, compile_expression

FOLDER = Path(__file__).resolve().parents[3] / "trials" / "protocols"


@pytest.fixture(scope="module")
def demo() -> Protocol:
    return load_text(TEXT).protocol


@pytest.fixture(scope="module")
def liver() -> Protocol:
    return load_file(FOLDER / "NCT01573923.yaml").protocol


def test_parts_are_found_by_their_names(demo: Protocol) -> None:
    assert demo.form("LAB").item("ALB").analyte == "ALB"
    assert demo.item("KIT.PETNAME").label.text() == "Name of the pet"
    assert demo.form("KIT").group("PETS").item("PETKG").kind == "decimal"
    assert demo.form("KIT").group_of["PETKG"].id == "PETS"
    assert demo.visit("M1").offset.months == 1
    assert demo.choice_list("sex").label_of("F", "de") == "Weiblich"
    assert demo.scale("demo_grade").by_code["3"].definition is not None
    assert demo.analyte("ALB").by_unit["g/dL"].factor == Decimal(10)
    assert demo.arm("CELL").label.text() == "Cells"
    assert demo.site("BB").city == "Betatown"
    assert [one.code for one in demo.missing_codes(demo.item("KIT.COLOUR"))] == ["UNK"]
    with pytest.raises(KeyError):
        demo.form("NONE")


def test_items_outside_and_inside_groups_are_told_apart(demo: Protocol) -> None:
    form = demo.form("KIT")
    assert [one.id for one in form.items()] == ["COLOUR", "COLOTH", "LIKES", "REMARK"]
    assert [one.id for one in form.groups()] == ["PETS"]
    assert [one.id for one in form.all_items()][-1] == "PETKG"


def test_a_label_falls_back_to_a_language_that_it_has(demo: Protocol) -> None:
    assert demo.form("DM").title.text("de") == "Demographie"
    assert demo.form("DM").title.text("zh") == "Demographics"
    assert demo.form("VS").title.text("de") == "Vital signs"


def test_the_consent_version_of_a_day(demo: Protocol) -> None:
    assert demo.consent.version_on(date(2019, 12, 31)) is None
    assert demo.consent.version_on(date(2020, 1, 1)).version == "1.0"  # type: ignore[union-attr]
    assert demo.consent.version_on(date(2024, 6, 1)).version == "2.0"  # type: ignore[union-attr]


def test_participant_numbers_show_the_site() -> None:
    numbers = SubjectNumbers(pattern="{site}-{number:04}")
    assert numbers.write("BJ", 7) == "BJ-0007"
    assert numbers.write("BJ", 12345) == "BJ-12345"


def test_every_kind_has_a_type_for_rules(demo: Protocol) -> None:
    types = {item.kind: item_type(item) for form in demo.forms for item in form.all_items()}
    assert types == {
        "text": Type.TEXT,
        "integer": Type.NUMBER,
        "decimal": Type.NUMBER,
        "date": Type.DATE,
        "partial_date": Type.DATE,
        "time": Type.TIME,
        "choice": Type.CODE,
        "many": Type.CODES,
        "yes_no": Type.BOOL,
        "lab": Type.NUMBER,
        "cells": Type.NUMBER,
    }


def test_names_that_a_rule_may_read(demo: Protocol) -> None:
    names = form_names(demo, "KIT")
    assert names["COLOUR"] is Type.CODE
    assert names["LAB.ALB"] is Type.NUMBER
    assert names["subject.age"] is Type.NUMBER
    assert "PETKG" not in names
    assert "KIT.COLOUR" not in names
    assert "AE.AETERM" not in names, "a log has no single latest value"
    assert form_names(demo, "KIT", "PETS")["PETKG"] is Type.NUMBER
    assert "COLOUR" not in eligibility_names(demo)
    assert eligibility_names(demo)["DM.SEX"] is Type.CODE


def test_roles_are_those_of_the_access_rules() -> None:
    assert set(ROLES) == {role.value for role in Role}


def test_the_record_of_nct01573923(liver: Protocol) -> None:
    assert [site.city for site in liver.sites] == ["Beijing", "Lanzhou", "Qionghai", "Lianyungang", "Shanghai", "Xi'an"]
    assert [arm.code for arm in liver.arms] == ["CONV", "MSC"]
    assert liver.enrolment.ceiling == 320
    assert [visit.offset.months for visit in liver.schedule.visits] == [0, 3, 6, 9, 12, 18, 24, 30, 36]
    assert liver.infusions is not None
    assert liver.infusions.arms == ("MSC",)
    assert [one.months for one in liver.infusions.at] == [0, 3, 6, 9]
    assert liver.infusions.dose.amount == Decimal(40_000_000)
    assert liver.infusions.dose.volume_ml == Decimal(40)
    assert [len([one for one in liver.eligibility if one.type == kind]) for kind in ("inclusion", "exclusion")] == [
        5,
        9,
    ]


def test_33_laboratory_values_of_the_record_and_12_assumed(liver: Protocol) -> None:
    values = [item for item in liver.form("LAB").items() if item.kind == "lab"]
    assert len([one for one in values if not one.assumed]) == 33
    assert len(values) == 45


def test_the_panel_is_at_months_0_to_12(liver: Protocol) -> None:
    assert [one.id for one in liver.schedule.visits if "LAB" in one.forms] == ["M0", "M3", "M6", "M9", "M12"]


def test_the_scale_of_the_record_goes_from_0_to_4(liver: Protocol) -> None:
    scale = liver.scale("discomfort")
    assert [one.grade for one in scale.grades] == [0, 1, 2, 3, 4]
    assert all(one.definition for one in scale.grades)


@pytest.mark.parametrize(
    ("given", "serious"),
    [
        ({"AESDTH": True}, True),
        ({"AESLIFE": True}, True),
        ({"AESDISAB": True}, True),
        ({"AETUMOR": "HCC"}, True),
        ({"AETUMOR": "OTHER"}, True),
        ({"AESHOSP": True}, True),
        ({}, False),
    ],
)
def test_serious_by_the_definition_of_the_trial(liver: Protocol, given: dict[str, object], serious: bool) -> None:
    events = liver.adverse_events
    assert events is not None
    nothing = dict.fromkeys(("AESDTH", "AESLIFE", "AESDISAB", "AESHOSP", "AESCONG", "AESMIE"), False)
    rule = compile_expression(events.serious, form_names(liver, "AE"), Type.BOOL)
    assert rule.evaluate({**nothing, "AETUMOR": "NO", "AEGRADE": "0", **given}) is serious


@pytest.mark.parametrize(
    ("criterion", "values", "met"),
    [
        ("I02", {"subject.age": Decimal(29)}, False),
        ("I02", {"subject.age": Decimal(30)}, True),
        ("I02", {"subject.age": Decimal(60)}, True),
        ("I02", {"subject.age": Decimal(61)}, False),
        ("I04", {"CP.CPTOT": Decimal(6)}, False),
        ("I04", {"CP.CPTOT": Decimal(7)}, True),
        ("I04", {"CP.CPTOT": Decimal(12)}, True),
        ("I04", {"CP.CPTOT": Decimal(13)}, False),
        ("E01", {"subject.sex": "M"}, False),
        ("E01", {"subject.sex": "F", "ELIG.PREGYN": True}, True),
    ],
)
def test_criteria_at_their_limits(liver: Protocol, criterion: str, values: dict[str, object], met: bool) -> None:
    [rule] = [one.rule for one in liver.eligibility if one.id == criterion]
    assert rule is not None
    assert compile_expression(rule, eligibility_names(liver), Type.BOOL).evaluate(values) is met


@pytest.mark.parametrize(("points", "total", "asked"), [("11111", 5, False), ("32213", 11, False), ("32213", 10, True)])
def test_the_child_pugh_total_is_compared_with_its_signs(liver: Protocol, points: str, total: int, asked: bool) -> None:
    [check] = liver.form("CP").checks
    values: dict[str, object] = dict(zip(("CPASC", "CPENC", "CPBIL", "CPALB", "CPINR"), points, strict=True))
    rule = compile_expression(check.when, form_names(liver, "CP"), Type.BOOL)
    assert rule.evaluate({**values, "CPTOT": Decimal(total)}) is asked


def test_conversion_factors_agree_with_molar_masses() -> None:
    """Independent source of the factors: molar mass in g/mol; the accepted difference is 0.5 %."""
    masses = {
        "BILI": "584.66",
        "CREAT": "113.12",
        "URATE": "168.11",
        "GLUC": "180.16",
        "CHOL": "386.65",
        "TRIG": "885.4",
    }
    micromolar = {"BILI", "CREAT", "URATE"}
    library = (FOLDER / "library" / "analytes.yaml").read_text(encoding="utf-8")
    analytes = {one.id: one for one in load_file(FOLDER / "NCT01573923.yaml").protocol.analytes}
    assert "Copies/mL are not converted" in library
    for name, mass in masses.items():
        expected = Decimal(10_000 if name in micromolar else 10) / Decimal(mass)
        assert abs(analytes[name].by_unit["mg/dL"].factor / expected - 1) < Decimal("0.005"), name
