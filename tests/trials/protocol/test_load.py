"""Every mistake in a protocol file is reported at its place, in plain words, and all at once."""

# ruff: noqa: E501 - the table of mistakes has one row for each

import json
from pathlib import Path

import pytest

from tests.trials.protocol.mistakes import DEMO, TEXT, changed, loaded, place, problems_of
from trials.protocol import Protocol, ProtocolError, load_file, load_text
from trials.protocol.load import canonical_text

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "trials" / "protocols").glob("*.yaml"))

# name: what to replace, by what, where the error must point (words, inside which words), a part of the message
# fmt: off
MISTAKES: dict[str, tuple[str, str, str, str | None, str]] = {
    "an unknown key, with the nearest": (
        "registry: {name: none, phase: synthetic",
        "registry: {name: none, phse: synthetic",
        "phse",
        None,
        "`phse` is not known here; did you mean `phase`?",
    ),
    "an unknown key of an item": (
        "label: Remark, lines: 3",
        "label: Remark, lins: 3",
        "lins",
        None,
        "did you mean `lines`?",
    ),
    "an unknown key of a group": ("            maximum: 3", "            maximun: 3", "maximun", None, "`maximum`?"),
    "a missing key": ("  sponsor: Nobody\n", "", "trial:", None, "`sponsor` is missing here"),
    "a key without a value": ("label: Initials,", "label: ,", "label: ,", None, "there is nothing here"),
    "another schema": ("schema: 1\n", "schema: 2\n", "2\n", None, "This must be 1"),
    "a code that is no text": ('{code: "1", label: Red}', "{code: 1, label: Red}", "1, label: Red", None, 'quotes, "1"'),
    "a word that is none of those allowed": ("masking: open", "masking: opne", "opne", None, "did you mean `open`?"),
    "an unknown kind": ("kind: time, label: Start", "kind: tme, label: Start", "tme, lab", None, "did you mean `time`?"),
    "an unknown role": ("who: infusion_nurse", "who: infusion_nurs", "infusion_nurs", None, "`infusion_nurse`?"),
    "a number that is none": ("planned: 10", "planned: ten", "ten,", None, "must be a whole number"),
    "a decimal that is none": ('low: "0.01"', "low: 1_000", "1_000", None, "a number such as 0.5"),
    "a decimal comma": ('low: "0.01"', 'low: "0,01"', '"0,01"', None, "a number such as 0.5"),
    "a date that is none": ("from: 2024-06-01", "from: 2024-06-31", "2024-06-31", None, "a date such as"),
    "an unsafe form id": ("  - id: KIT\n", "  - id: kit\n", "kit\n", None, "A form id is 1 to 8 capital letters"),
    "an unsafe item id": ("id: REMARK", "id: RE-MARK", "RE-MARK", None, "An item id is capital letters"),
    "the name of a column": ("id: REMARK", "id: SITEID", "SITEID", None, "a column that every dataset has"),
    "an unknown time zone": ("Europe/Berlin", "Europe/Berln", "Europe/Berln", None, "is not a time zone"),
    "a number pattern without the site": ("{site}-{number:03}", "{number:03}", '"{number:03}"', None, "shows the site"),
    "a pattern that reads attributes": (
        "{site}-{number:03}",
        "{site.__class__}-{number:03}",
        '"{site.__class__}',
        None,
        "shows the site",
    ),
    "two offsets at once": ("offset: {weeks: 8}", "offset: {weeks: 8, days: 1}", "offset: {weeks: 8, d", None, "exactly"),
    "an anchor that is none": ("anchor: first_infusion", "anchor: first_infusn", "first_infusn", None, "not an anchor"),
    "an anchor on no visit": ("anchor: first_infusion", "anchor: visit:M9", "visit:M9", None, "There is no visit `M9`"),
    "a visit counted from itself": (
        "anchor: first_infusion",
        "anchor: visit:F30",
        "visit:F30",
        None,
        "`F30` is counted from itself",
    ),
    "infusions counted from the first of them": (
        "  arms: [CELL]\n  number: 2",
        "  arms: [CELL]\n  anchor: first_infusion\n  number: 2",
        "first_infusion\n  number",
        None,
        "none could be planned",
    ),
    "infusions counted from a baseline that they give": (
        "baseline: {anchor: arm,",
        "baseline: {anchor: first_infusion,",
        "at: [{months: 0}, {months: 1}]",
        None,
        "none could be planned",
    ),
    "infusions counted from a visit that follows them": (
        "  arms: [CELL]\n  number: 2",
        "  arms: [CELL]\n  anchor: visit:F30\n  number: 2",
        "visit:F30\n  number",
        None,
        "none could be planned",
    ),
    "infusions counted from no visit": (
        "  arms: [CELL]\n  number: 2",
        "  arms: [CELL]\n  anchor: visit:M9\n  number: 2",
        "visit:M9\n  number",
        None,
        "There is no visit `M9`",
    ),
    "an undefined choice list": ("choices: sex, label", "choices: sx, label", "sx, label", None, "did you mean `sex`?"),
    "an undefined scale": ("kind: choice, scale: demo_grade", "kind: choice, scale: demo", "demo, label", None, "no scale"),
    "an undefined analyte": ("analyte: ALB", "analyte: ALBB", "ALBB", None, "There is no analyte `ALBB`"),
    "an undefined library part": ("[analytes]", "[analites]", "analites", None, "did you mean `analytes`?"),
    "an undefined form": ("forms: [KIT]}", "forms: [KITT]}", "KITT", None, "did you mean `KIT`?"),
    "an undefined arm": ("arms: [CELL]}", "arms: [CEL]}", "CEL]", None, "did you mean `CELL`?"),
    "an undefined item elsewhere": ("measured: [LAB.ALB]", "measured: [LAB.ALP]", "LAB.ALP", None, "has no item `ALP`"),
    "an undefined item of a check": ("items: [DIABP, SYSBP]", "items: [DIABP, SYS]", "SYS]", None, "There is no item"),
    "an undefined missing code": ("missing: [UNK]", "missing: [UNKN]", "UNKN", None, "did you mean `UNK`?"),
    "an undefined item of events": ("term_item: AETERM", "term_item: AETRM", "AETRM", None, "did you mean `AETERM`?"),
    "an undefined item of infusions": ("date_item: EXSTDAT", "date_item: EXSTDAY", "EXSTDAY", None, "did you mean `EXSTDAT`?"),
    "an item of infusions of the wrong kind": ("start_item: EXSTTIM", "start_item: EXVOL", "EXVOL\n", None, "must be of kind time"),
    "a volume in another unit": ("label: Volume given, unit: mL", "label: Volume given, unit: L", "EXVOL\n", None, "must be in mL"),
    "a form never used": (
        "screening: {label: Screening, forms: [DM, KIT]}",
        "screening: {label: Screening, forms: [KIT]}",
        "DM\n",
        "forms:\n  - id: DM",
        "`DM` is never used",
    ),
    "an item id twice": ("id: SYSBP, kind", "id: WEIGHT, kind", "WEIGHT, kind: int", None, "the first is on line"),
    "a site code twice": ("code: BB", "code: AA", "AA, city: Beta", None, "a second time"),
    "an answer's code twice": ("code: OTH, label", 'code: "2", label', '"2", label: Other', None, "a second time"),
    "a visit id twice": ("id: W8", "id: M1", "M1, label: Week 8", None, "a second time"),
    "a reserved visit id": ("id: W8", "id: SCR", "SCR, label", None, "kept for screening"),
    "a key without meaning": ("kind: date, label: Date measured", "kind: date, lines: 3, label: Date measured", "lines: 3, label: Date", None, "`lines` means nothing for kind date"),
    "a lab item without analyte": ("kind: lab, analyte: ALB,", "kind: lab,", "kind: lab, label: Alb", None, "needs an `analyte`"),
    "a choice without choices": ("kind: choice, choices: sex,", "kind: choice,", "kind: choice, label: {en: Sex", None, "either `choices` or a `scale`"),
    "limits in the wrong order": ("soft_high: 150", "soft_high: 15", "soft_high: 15,", None, "`soft_high` is below `soft_low`"),
    "a reserved kind": ("id: REMARK, kind: text", "id: REMARK, kind: file", "kind: file", None, "not available in this version"),
    "a reserved allocation": ("method: investigator_choice", "method: permuted_blocks", "permuted_blocks", None, "not available"),
    "a blinded trial": ("masking: open", "masking: double", "double", None, "not available in this version"),
    "fewer times than infusions": ("  number: 2\n", "  number: 3\n", "number: 3", None, "3 infusions are planned"),
    "infusions out of order": ("at: [{months: 0}, {months: 1}]", "at: [{months: 1}, {months: 0}]", "{months: 0}]", None, "order of time"),
    "a dose without amount": ('basis: cells, amount: "4e7"', "basis: cells", "dose: {basis", None, "needs an amount"),
    "a log at a visit": ("forms: [KIT]}", "forms: [CM]}", "CM]}", None, "is a log"),
    "an infusion form at a visit": ("forms: [KIT]}", "forms: [INF]}", "INF]}", None, "is about infusion"),
    "an unknown item in a rule": ("when: DIABP >= SYSBP", "when: DIABP >= SYSBQ", "SYSBQ", None, "SYSBP"),
    "a wrong type in a rule": ("WEIGHT > 120 and SYSBP < 90", 'WEIGHT > "x" and SYSBP < 90', '"x" and', None, "compared"),
    "a code that is no answer": ('COLOUR == "OTH", required', 'COLOUR == "OTHER", required', '"OTHER", req', None, "did you mean `OTH`?"),
    "a grade that is none": ('AEGRADE == "3"', 'AEGRADE == "7"', '"7"', None, "`7` is no answer of `AEGRADE`"),
    "a rule that answers no yes or no": ("when: PETKG > 60", "when: PETKG + 60", "PETKG + 60", None, "yes-or-no"),
    "a row's item read from outside": ("when: DIABP >= SYSBP", "when: PETKG >= SYSBP", "PETKG >= S", None, "PETKG"),
    "eligibility from a later form": ("rule: DM.PREGYN", "rule: LAB.ALB > 3", "LAB.ALB > 3", None, "not entered at screening"),
    "a showing that depends on itself": ('show: SEX == "F", required', "show: PREGYN, required", "PREGYN, required", None, "its own answer"),
    "a warning beyond the ceiling": ("warn_at: 8", "warn_at: 80", "enrolment:", None, "after the ceiling"),
    "demographics of the wrong kind": ("sex: DM.SEX", "sex: DM.INITIALS", "DM.INITIALS", None, "must be of kind choice"),
}
# fmt: on


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_reported_where_it_stands(name: str) -> None:
    old, new, words, within, message = MISTAKES[name]
    text = changed((old, new))
    found = [(one.line, one.column) for one in problems_of(text) if message in one.message]
    assert found == [place(text, words, within)], [str(one) for one in problems_of(text)]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_problem_shows_the_line_and_a_caret(name: str) -> None:
    old, new, *_ = MISTAKES[name]
    text = changed((old, new))
    for problem in problems_of(text):
        head, shown, caret = problem.format().split("\n")
        assert head.startswith(f"demo.yaml:{problem.line}:{problem.column}: error: ")
        assert shown.strip() == text.split("\n")[problem.line - 1].strip()[: len(shown.strip())]
        assert caret.index("^") == 4 + problem.column - 1


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = changed(
        ("phase: synthetic", "phse: synthetic"),
        ("city: Betatown", "ctiy: Betatown"),
        ("choices: sex, label", "choices: sx, label"),
        ("when: DIABP >= SYSBP", "when: DIABP >= SYSBQ"),
        ("items: [WEIGHT]}", "items: [WAIT]}"),
        ("term_item: AETERM", "term_item: AETRM"),
        ("id: REMARK", "id: remark"),
    )
    problems = problems_of(text)
    said = "\n".join(one.message for one in problems)
    for word in ("phse", "ctiy", "`city` is missing", "`sx`", "SYSBQ", "`WAIT`", "`AETRM`", "An item id is"):
        assert word in said
    assert [one.line for one in problems] == sorted(one.line for one in problems)
    assert len(problems) == 8


def test_a_duplicate_key_is_shown_at_both_places() -> None:
    text = changed(("  sponsor: Nobody\n", "  sponsor: Nobody\n  code: AGAIN\n"))
    lines = [one.line for one in problems_of(text)]
    assert lines == [place(text, "code: DEMO")[0], place(text, "code: AGAIN")[0]]


def test_a_rule_folded_over_lines_is_pointed_into() -> None:
    text = changed(
        ("- {id: BP, when: DIABP >= SYSBP, message", "- {id: BP, when: DIABP >= SYSBP\n         or SYSBQ > 3, message")
    )
    assert [(one.line, one.column) for one in problems_of(text)] == [place(text, "SYSBQ")]


def test_a_mistake_in_the_library_is_shown_in_the_library(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "demo.yaml").write_text(TEXT)
    (tmp_path / "library" / "analytes.yaml").write_text(
        "analytes:\n"
        "  - {id: ALB, label: Albumin, group: Liver, cdisc: ALB, standard: g/L, units: [{unit: g/L, factor: one}]}\n"
        "  - {id: BILI, label: Bilirubin, group: Liver, cdisc: BILI, standard: g/L, units: [{unit: mg, factor: 1}]}\n"
        "  - {id: HBVDNA, label: Virus, group: Virus, cdisc: HBDNA, standard: a, units: [{unit: a, factor: 2}]}\n"
    )
    with pytest.raises(ProtocolError) as caught:
        load_file(tmp_path / "demo.yaml")
    assert [(one.path, one.line, one.column) for one in caught.value.problems] == [
        ("library/analytes.yaml", 2, 100),
        ("library/analytes.yaml", 3, 5),
        ("library/analytes.yaml", 4, 5),
    ]
    assert "number such as 0.5" in caught.value.problems[0].message
    assert "not among the units" in caught.value.problems[1].message


def test_a_name_in_the_file_and_in_the_library_is_refused() -> None:
    text = changed(("library: [analytes]", "library: [analytes, common]"))
    [problem] = problems_of(text)
    assert "`sex` is in the library too (library/common.yaml" in problem.message
    assert problem.line == place(text, "sex: {options")[0]


def test_a_library_part_cannot_be_reached_outside_the_library() -> None:
    problems = problems_of(changed(("[analytes]", "[analytes, ../../demo]")))
    assert [one.message.split(",")[0] for one in problems] == ["A name is small letters"]


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="The file cannot be read: No such file"):
        load_file(tmp_path / "none.yaml")


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "schema: 1", "{}"])
def test_a_text_that_is_no_protocol_is_refused(text: str) -> None:
    assert problems_of(text)


def test_windows_that_overlap_are_a_warning() -> None:
    result = loaded(("window: {before: 7, after: 7}", "window: {before: 40, after: 40}"))
    said = [one.message for one in result.warnings if "window" in one.message]
    assert [one.split(";")[0] for one in said] == [
        "The window of M1 begins before that of M0 ends",
        "The window of W8 begins before that of M1 ends",
    ]
    assert all(one.severity == "warning" for one in result.warnings)


def test_assumed_parts_are_counted() -> None:
    result = loaded(("city: Betatown,", "city: Betatown, assumed: true,"), ("code: ND,", "code: ND, assumed: why,"))
    assert [one.message for one in result.warnings] == [
        "2 parts are assumed: the registry does not say it (this is the first)"
    ]


def test_unused_lists_long_ids_and_missing_languages_are_warnings() -> None:
    result = loaded(
        ("  colour: {options", "  shape: {options: [{code: A, label: B}]}\n  colour: {options"),
        ("id: REMARK", "id: REMARKABLE"),
        ("{en: Sex, de: Geschlecht}", "{en: Sex}"),
    )
    said = "\n".join(one.message for one in result.warnings)
    assert "No item uses the choice list `shape`" in said
    assert "`REMARKABLE` is longer than 8 characters" in said
    assert "`label` has no words in de" in said


@pytest.mark.parametrize("file", [DEMO, *SHIPPED], ids=lambda one: one.stem)
def test_the_canonical_text_rebuilds_the_same_protocol(file: Path) -> None:
    first, second = load_file(file), load_file(file)
    rebuilt = Protocol.model_validate_json(first.canonical_json)
    assert rebuilt == first.protocol
    assert rebuilt.forms[0] == first.protocol.forms[0]
    assert first.sha256 == second.sha256
    assert canonical_text(json.loads(first.canonical_json)) == first.canonical_json


def test_comments_and_layout_do_not_change_the_hash_and_content_does() -> None:
    plain = load_text(TEXT)
    assert load_text(f"# another remark\n{TEXT}\n").sha256 == plain.sha256
    assert loaded(("label: Initials", "label: Initial")).sha256 != plain.sha256


def test_decimals_stay_the_text_that_was_typed() -> None:
    result = loaded(('low: "0.01"', "low: 0.010"), ("soft_high: 150", "soft_high: 150.50"))
    assert '"low":"0.010"' in result.canonical_json
    assert str(result.protocol.item("KIT.PETKG").low) == "0.010"
    assert str(result.protocol.item("VS.WEIGHT").soft_high) == "150.50"


def test_library_parts_that_are_not_used_do_not_count() -> None:
    assert {one.id for one in load_text(TEXT).protocol.analytes} == {"ALB", "BILI", "HBVDNA"}
