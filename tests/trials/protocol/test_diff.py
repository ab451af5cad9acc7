"""Two protocols are compared in words that a reader of an amendment understands."""

import pytest

from tests.trials.protocol.mistakes import TEXT, loaded
from trials.protocol import diff, load_text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("low: 20, high: 300, s", "low: 25, high: 300, s", "form VS, item WEIGHT: range changed from 20–300 to 25–300"),
        (
            "window: {before: 7, after: 7}",
            "window: {before: 5, after: 7}",
            "schedule, visit M1: window changed from 7 days before to 7 days after to 5 days before to 7 days after",
        ),
        (
            "label: Initials",
            "label: Initial letters",
            'form DM, item INITIALS: label changed from "Initials" to "Initial letters"',
        ),
        (
            "{en: Female, de: Weiblich}",
            "{en: Woman, de: Weiblich}",
            'choice list sex, answer F: label (en) changed from "Female" to "Woman"',
        ),
        (
            "          - {id: VSTIM, kind: time, label: Time measured}\n",
            "",
            "form VS: item VSTIM (Time measured) removed from section SIGNS",
        ),
        (
            "          - {id: VSTIM, kind",
            "          - {id: NEW, kind: text, label: Newly asked}\n          - {id: VSTIM, kind",
            "form VS: item NEW (Newly asked) added to section SIGNS",
        ),
        ("forms: [KIT]}", "forms: [KIT, VS]}", "schedule, visit W8: forms: VS added"),
        ("offset: {weeks: 8}", "offset: {weeks: 9}", "schedule, visit W8: offset changed from 8 weeks to 9 weeks"),
        ("ceiling: 10", "ceiling: 12", "enrolment: ceiling changed from 10 to 12"),
        (
            "label: Remark, lines: 3",
            "label: Remark, required: true, lines: 3",
            "form KIT, item REMARK: required changed from no to yes",
        ),
        (
            "when: PETKG > 60",
            "when: PETKG > 70",
            "form KIT, group PETS, check BIGPET: condition changed from PETKG > 60 to PETKG > 70",
        ),
        (
            "rule: DM.PREGYN",
            "rule: not DM.PREGYN",
            "criterion E01: rule changed from DM.PREGYN to not DM.PREGYN",
        ),
        ("masking: open\n", "masking: open\n  assumed: we say so\n", "trial: mark as assumed added: we say so"),
        ("code: BB, city: Betatown", "code: BB, city: Bravotown", "site BB: city changed from Betatown to Bravotown"),
        (
            "  - {code: NA, label",
            "  - {code: NI, label: No information}\n  - {code: NA, label",
            "missing code NI (No information) added",
        ),
    ],
)
def test_one_change_is_one_sentence(old: str, new: str, said: str) -> None:
    assert [str(one) for one in diff(load_text(TEXT).protocol, loaded((old, new)).protocol)] == [said]


def test_nothing_differs_between_a_protocol_and_itself() -> None:
    assert diff(load_text(TEXT).protocol, load_text(f"# a remark\n{TEXT}").protocol) == []


def test_a_new_version_number_alone_is_no_change() -> None:
    assert diff(load_text(TEXT).protocol, loaded(('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary')).protocol) == []


def test_a_moved_item_is_not_said_to_be_lost() -> None:
    line = "          - {id: LBDAT, kind: date, label: Date of sample, required: true}\n"
    moved = TEXT.replace(line, "          - {id: LBWHO, kind: text, label: Who took it}\n").replace(
        "          - {id: ALB, kind", f"{line}          - {{id: ALB, kind"
    )
    said = [(one.what, str(one)) for one in diff(load_text(TEXT).protocol, load_text(moved).protocol)]
    assert said == [
        ("moved", "form LAB: item LBDAT moved from section SAMPLE to section LIVER"),
        ("added", "form LAB: item LBWHO (Who took it) added to section SAMPLE"),
    ]


def test_a_new_order_is_told() -> None:
    first, second = "  - {code: AA, city", "  - {code: BB, city"
    lines = TEXT.split("\n")
    here = next(number for number, line in enumerate(lines) if line.startswith(first))
    assert lines[here + 1].startswith(second)
    lines[here], lines[here + 1] = lines[here + 1], lines[here]
    assert [str(one) for one in diff(load_text(TEXT).protocol, load_text("\n".join(lines)).protocol)] == [
        "the order of the sites changed"
    ]
