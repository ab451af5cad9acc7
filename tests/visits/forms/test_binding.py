"""From typing to stored values: the same verdict in the same words through both doors."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from visits.forms.answer import Context
from visits.forms.binding import Bound, bind, review
from visits.forms.plan import cross_reads
from visits.forms.sheet import read_json, read_post
from visits.forms.values import answers_of, flatten, label_of, show_at, typed_values

Json = dict[str, Any]
TODAY = date(2026, 3, 2)


def as_post(data: Json) -> dict[str, list[str]]:
    """The page's post that says the same as the JSON, every other item blank."""
    posted: dict[str, list[str]] = {"csrfmiddlewaretoken": ["x"], "revision": ["3"]}
    for name, answer in data.items():
        if not isinstance(answer, list):
            posted.update(_controls(name, answer))
            continue
        for number, row in enumerate(answer, start=1):
            prefix = f"{name}-{row.get('_row', f'r{number}')}"
            posted[f"{prefix}-_row"] = [prefix.rpartition("-")[2]]
            if row.get("_delete"):
                posted[f"{prefix}-_delete"] = ["on"]
            for item, cell in row.items():
                if not item.startswith("_"):
                    posted.update(_controls(f"{prefix}-{item}", cell))
    return posted


def _controls(name: str, answer: Any) -> dict[str, list[str]]:
    parts = {"text": answer or ""} if not isinstance(answer, dict) else answer
    names = {"text": name, "unit": f"{name}-unit", "missing": f"{name}-missing"}
    return {names[part]: [words] for part, words in parts.items() if part in names}


def both(form: Form, data: Json, context: Context, previous: Json | None = None) -> Bound:
    """Bind through both doors, see that they agree, and return the page's."""
    page = bind(form, read_post(form, as_post(data)), previous, context)
    programme = bind(form, read_json(form, json.loads(json.dumps(data))), previous, context)
    assert page.errors == programme.errors
    assert page.findings == programme.findings
    assert page.values == programme.values
    assert page.changes == programme.changes
    assert (page.complete, page.counts) == (programme.complete, programme.counts)
    return page


@pytest.mark.parametrize(
    ("form_id", "data", "errors"),
    [
        ("VS", {"VSDAT": "2026-03-01", "WEIGHT": "70.5"}, {}),
        ("VS", {"WEIGHT": "1,5"}, {"WEIGHT": "no comma"}),
        ("VS", {"WEIGHT": "70.55"}, {"WEIGHT": "at most 1 digit"}),
        ("VS", {"WEIGHT": "19"}, {"WEIGHT": "cannot be: 20–300"}),
        ("VS", {"VSDAT": "03/04/2024"}, {"VSDAT": "more than one way"}),
        ("VS", {"VSDAT": "2026-03-03"}, {"VSDAT": "in the future"}),
        ("VS", {"SYSBP": "80", "DIABP": "90"}, {"DIABP": "not below the systolic"}),
        ("VS", {"SYSBP": {"missing": "ND"}, "DIABP": "90"}, {}),
        ("VS", {"SYSBP": {"missing": "WHAT"}}, {"SYSBP": "not one of the reasons"}),
        ("VS", {"SYSBP": {"text": "1", "missing": "ND"}}, {"SYSBP": "Keep one"}),
        ("VS", {"NOTHERE": "1"}, {"NOTHERE": "no item"}),
        ("LAB", {"ALB": {"text": "34.5", "unit": "g/L"}}, {}),
        ("LAB", {"ALB": "34.5"}, {"ALB": "unit of Albumin is missing"}),
        ("KIT", {"COLOUR": "9"}, {"COLOUR": "not one of the answers"}),
        ("KIT", {"COLOUR": "1", "COLOTH": "green"}, {"COLOTH": "does not apply"}),
        ("KIT", {"COLOUR": "OTH", "COLOTH": "green"}, {}),
        ("KIT", {"COLOTH": "green"}, {}),
        ("KIT", {"LIKES": "1 OTH"}, {}),
        ("KIT", {"PETS": [{"PETNAME": "Rex", "PETKG": "0"}]}, {"PETS[r1].PETKG": "cannot be"}),
        ("KIT", {"PETS": [{"PETNAME": "Rex", "PETAGE": "3"}]}, None),
        ("INF", {"EXCELLS": {"text": "10E7", "unit": "10^7"}}, {"EXCELLS": "10E7 can mean"}),
        ("INF", {"EXCELLS": {"text": "4.0", "unit": "10^7"}}, {}),
    ],
)
def test_both_doors_say_the_same(
    form_id: str, data: Json, errors: dict[str, str] | None, protocol: Protocol, context: Context
) -> None:
    form = protocol.form(form_id)
    if errors is None:  # an unknown item inside a row has a field name on the page and a path in JSON
        page = bind(form, read_post(form, as_post(data)), None, context)
        programme = bind(form, read_json(form, data), None, context)
        assert not page.ok
        assert not programme.ok
        return
    bound = both(form, data, context)
    assert bound.errors.keys() == errors.keys()
    for path, words in errors.items():
        assert words in " ".join(bound.errors[path])


def test_the_typing_of_a_refused_form_is_kept(protocol: Protocol, context: Context) -> None:
    bound = both(protocol.form("VS"), {"VSDAT": "1 mar 2026", "WEIGHT": "1,5"}, context)
    assert not bound.ok
    assert (bound.typed["WEIGHT"].text, bound.typed["VSDAT"].text) == ("1,5", "1 mar 2026")


def test_what_is_doubtful_is_stored_with_a_finding(protocol: Protocol, context: Context) -> None:
    bound = both(protocol.form("VS"), {"WEIGHT": "160", "SYSBP": "80"}, context)
    assert bound.ok
    assert bound.values["WEIGHT"] == {"text": "160"}
    assert [(finding.check, finding.path) for finding in bound.findings] == [
        ("WEIGHT.unusual", "WEIGHT"),
        ("FEVERLESS", "WEIGHT"),
    ]


def test_a_check_of_a_group_runs_over_each_row(protocol: Protocol, context: Context) -> None:
    pets = [{"PETNAME": "Rex", "PETKG": "61"}, {"PETNAME": "Mo", "PETKG": "2"}, {"PETNAME": "Bo", "PETKG": "70"}]
    bound = both(protocol.form("KIT"), {"PETS": pets}, context)
    assert [finding.path for finding in bound.findings] == ["PETS[r1].PETKG", "PETS[r3].PETKG"]


def test_a_reason_is_needed_for_changing_and_clearing_not_for_filling(protocol: Protocol, context: Context) -> None:
    form = protocol.form("VS")
    first = both(form, {"VSDAT": "1 mar 2026", "WEIGHT": "70"}, context)
    assert [(change.path, change.kind) for change in first.changes] == [("VSDAT", "first"), ("WEIGHT", "first")]
    assert not first.needs_reason

    saved = first.values
    filled = both(form, {**saved, "SYSBP": "120"}, context, saved)
    assert [(change.path, change.kind) for change in filled.changes] == [("SYSBP", "blank_filled")]
    assert not filled.needs_reason

    changed = both(form, {"VSDAT": "2026-03-01", "WEIGHT": "71", "SYSBP": None}, context, saved)
    assert [(change.path, change.kind) for change in changed.changes] == [("WEIGHT", "changed")]
    assert changed.needs_reason
    assert changed.values["VSDAT"]["text"] == "1 mar 2026", "the same day typed in another way changes nothing"

    cleared = both(form, {"VSDAT": "1 mar 2026", "WEIGHT": None}, context, saved)
    assert [(change.path, change.kind) for change in cleared.changes] == [("WEIGHT", "cleared")]
    assert cleared.needs_reason


def test_a_digit_more_is_a_change(protocol: Protocol, context: Context) -> None:
    saved = {"WEIGHT": {"text": "70"}}
    assert both(protocol.form("VS"), {"WEIGHT": "70.0"}, context, saved).changes[0].kind == "changed"


def test_json_leaves_alone_what_it_does_not_name_and_clears_what_it_names_null(
    protocol: Protocol, context: Context
) -> None:
    form, saved = protocol.form("VS"), {"WEIGHT": {"text": "70"}, "SYSBP": {"text": "120"}}
    bound = bind(form, read_json(form, {"SYSBP": None}), saved, context)
    assert bound.values == {"WEIGHT": {"text": "70"}}


def test_numbers_and_other_shapes_in_json_are_refused_in_words(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    sent = {"COLOUR": 1, "REMARK": {"words": "x"}, "LIKES": ["1", "OTH"], "PETS": "Rex"}
    bound = bind(form, read_json(form, sent), None, context)
    assert "exactly as it was written" in bound.errors["COLOUR"][0]
    assert "text, unit and missing" in bound.errors["REMARK"][0]
    assert "as a list" in bound.errors["PETS"][0]
    assert bound.answers["LIKES"].text == "1 OTH"
    assert "" in bind(form, read_json(form, [1]), None, context).errors


def test_two_answers_posted_for_one_item_are_refused(protocol: Protocol, context: Context) -> None:
    form = protocol.form("VS")
    bound = bind(form, read_post(form, {"WEIGHT": ["70", "71"]}), None, context)
    assert "answered twice" in bound.errors["WEIGHT"][0]


def test_several_boxes_are_one_answer(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    bound = bind(form, read_post(form, {"LIKES": ["OTH", "1"]}), None, context)
    assert bound.values == {"LIKES": {"text": "1 OTH"}}


def test_an_item_that_no_longer_applies_must_be_cleared_by_the_person(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    saved = {"COLOUR": {"text": "OTH"}, "COLOTH": {"text": "green"}}
    bound = both(form, {"COLOUR": "1", "COLOTH": "green"}, context, saved)
    [message] = bound.errors["COLOTH"]
    assert message.startswith("Which other colour does not apply with the other answers given, but holds “green”.")
    both_right = both(form, {"COLOUR": "1", "COLOTH": None}, context, saved)
    assert both_right.ok
    assert [change.kind for change in both_right.changes] == ["changed", "cleared"]


def test_complete_means_all_required_that_applies_is_answered(protocol: Protocol, context: Context) -> None:
    form = protocol.form("DM")
    assert not both(form, {}, context).complete
    assert not both(form, {"BRTHDAT": "1970", "SEX": "F"}, context).complete
    assert both(form, {"BRTHDAT": "1970", "SEX": "F", "PREGYN": "N"}, context).complete
    bound = both(form, {"BRTHDAT": {"missing": "UNK"}, "SEX": "M"}, context)
    assert bound.complete, "a reason why there is no value is an answer"
    assert bound.counts == (2, 3), "the item about pregnancy does not apply"
    assert not both(form, {"BRTHDAT": "1970", "SEX": None}, context).complete
    assert not both(protocol.form("KIT"), {}, context).complete, "nothing entered is not complete"


def test_what_is_required_while_unknown_is_not_required(protocol: Protocol, context: Context) -> None:
    bound = both(protocol.form("DM"), {"SEX": {"missing": "UNK"}, "BRTHDAT": "1970"}, context)
    assert not bound.required["PREGYN"]
    assert "PREGYN" not in bound.shown
    assert bound.complete


def test_rows_keep_their_keys_and_a_key_is_never_given_twice(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    first = both(form, {"PETS": [{"PETNAME": "Rex"}, {"PETNAME": "Mo"}]}, context)
    assert [row["_row"] for row in first.values["PETS"]] == ["r1", "r2"]

    gone = both(
        form, {"PETS": [{"_row": "r1", "PETNAME": "Rex"}, {"_row": "r2", "_delete": True}]}, context, first.values
    )
    assert [(change.path, change.kind) for change in gone.changes] == [("PETS[r2].PETNAME", "cleared")]
    assert gone.needs_reason
    assert [row["_row"] for row in gone.values["PETS"]] == ["r1"]

    sent = {"PETS": [{"PETNAME": "Bo"}]}
    again = bind(form, read_json(form, sent), gone.values, context)
    assert [row["_row"] for row in again.values["PETS"]] == ["r1", "r3"]
    assert again.values["PETS"][0]["PETNAME"] == {"text": "Rex"}, "a row that is not sent stays"

    reused = both(form, {"PETS": [{"_row": "r2", "PETNAME": "Zoe"}]}, context, gone.values)
    assert "There is no row r2" in reused.errors["PETS"][0]


def test_a_blank_new_row_is_no_row_and_too_many_are_refused(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    assert "PETS" not in both(form, {"COLOUR": "1", "PETS": [{"PETNAME": ""}]}, context).values
    four = both(form, {"PETS": [{"PETNAME": name} for name in ("A", "B", "C", "D")]}, context)
    assert four.errors["PETS"] == ["Pets takes at most 3 rows; there are 4."]


def test_a_row_without_its_required_item_is_not_complete(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    assert not both(form, {"PETS": [{"PETKG": "3"}]}, context).complete
    assert both(form, {"PETS": [{"PETNAME": "Rex"}]}, context).complete


def test_withheld_items_stay_as_they_are_and_cannot_be_written(protocol: Protocol, context: Context) -> None:
    form, saved = protocol.form("DM"), {"INITIALS": {"text": "AB"}, "SEX": {"text": "M"}}
    blinded = Context(context.today, protocol, withheld=frozenset({"INITIALS"}))
    page = bind(form, read_post(form, {"SEX": ["M"]}), saved, blinded)
    assert page.ok
    assert page.values == saved
    assert bind(form, read_json(form, {"INITIALS": "CD"}), saved, blinded).errors.keys() == {"INITIALS"}


def test_answers_of_an_older_version_are_carried_along(protocol: Protocol, context: Context) -> None:
    saved = {"OLDITEM": {"text": "kept"}, "WEIGHT": {"text": "70"}}
    bound = bind(protocol.form("VS"), read_json(protocol.form("VS"), {"WEIGHT": "71"}), saved, context)
    assert bound.values["OLDITEM"] == {"text": "kept"}


def test_rules_that_read_other_forms_say_so(protocol: Protocol, context: Context) -> None:
    form = Form.model_validate_json(
        json.dumps(
            {
                "id": "X",
                "title": "X",
                "sections": [
                    {
                        "id": "S",
                        "title": "S",
                        "show": 'DM.SEX == "F"',
                        "items": [
                            {"id": "A", "kind": "integer", "label": "A", "required": "subject.age >= 18"},
                            {
                                "group": "G",
                                "title": "G",
                                "minimum": 1,
                                "items": [{"id": "B", "kind": "text", "label": "B", "show": "A > 1"}],
                            },
                        ],
                    }
                ],
                "checks": [{"id": "C", "when": "A > 9", "message": "Large", "items": ["A"]}],
            }
        )
    )
    protocol = protocol.model_copy(update={"forms": (*protocol.forms, form)})
    assert cross_reads(form, protocol) == {"DM.SEX", "subject.age"}

    def seen(**values: object) -> Bound:
        return review(form, {"A": {"text": "10"}}, Context(context.today, protocol, other_values=values))

    assert not seen(**{"DM.SEX": "F"}).complete, "one row of the group is needed"
    assert seen(**{"DM.SEX": "F"}).findings[0].check == "C"
    assert "does not apply" in seen(**{"DM.SEX": "M"}).errors["A"][0], "the rule of a section holds for its items"
    assert "A" not in seen().shown


def test_stored_values_read_by_path_in_words(protocol: Protocol, context: Context) -> None:
    form = protocol.form("KIT")
    values = both(
        form, {"COLOUR": "OTH", "PETS": [{"PETNAME": "Rex"}, {"PETNAME": "Mo", "PETKG": "3"}]}, context
    ).values
    flat = flatten(values)
    assert list(flat) == ["COLOUR", "PETS[r1].PETNAME", "PETS[r2].PETNAME", "PETS[r2].PETKG"]
    assert label_of(form, "PETS[r2].PETKG") == "Pets, row 2: Weight of the pet"
    assert (label_of(form, "COLOUR"), label_of(form, "PETS"), label_of(form, "")) == (
        "Favourite colour",
        "Pets",
        "Assorted questions",
    )
    assert label_of(form, "GONE") == "GONE"
    assert show_at(form, "COLOUR", flat["COLOUR"], context) == "Other"
    assert show_at(form, "PETS[r2].PETKG", flat["PETS[r2].PETKG"], context) == "3 kg"
    assert show_at(form, "PETS[r9].PETKG", None, context) == "not entered"
    assert [path for path, _, _ in answers_of(form, values)] == list(flat)
    assert typed_values(form, values, context)["COLOUR"] == "OTH"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "unit", "missing", "value", "_row", "_delete", "PETNAME", "PETKG", "PETS", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
names = st.sampled_from(["COLOUR", "COLOTH", "LIKES", "REMARK", "PETS", "_rows", "X", "\ud800"])
field_names = st.sampled_from(
    [
        "COLOUR",
        "COLOTH",
        "COLOUR-missing",
        "LIKES",
        "PETS-r1-PETNAME",
        "PETS-r9-PETKG",
        "PETS-r1-_delete",
        "PETS-r99999-_row",
        "PETS-x",
        "PETS-r0-PETKG",
        "X",
        "revision",
    ]
)
SAVED = {"COLOUR": {"text": "OTH"}, "PETS": [{"_row": "r1", "PETNAME": {"text": "Rex"}}], "_rows": {"PETS": 2}}


@given(
    sent=st.one_of(json_values, st.dictionaries(names, json_values, max_size=6)), saved=st.sampled_from([None, SAVED])
)
def test_no_json_raises(protocol: Protocol, sent: object, saved: Json | None) -> None:
    form = protocol.form("KIT")
    bound = bind(form, read_json(form, sent), saved, Context(TODAY, protocol))
    _whole(bound, protocol)


@given(
    posted=st.dictionaries(field_names, st.lists(st.text(max_size=20), max_size=3)),
    saved=st.sampled_from([None, SAVED]),
)
def test_no_post_raises(protocol: Protocol, posted: dict[str, list[str]], saved: Json | None) -> None:
    form = protocol.form("KIT")
    bound = bind(form, read_post(form, posted), saved, Context(TODAY, protocol))
    _whole(bound, protocol)


def _whole(bound: Bound, protocol: Protocol) -> None:
    """What comes out can be stored and shown, and saving it again changes nothing."""
    json.dumps([bound.values, bound.errors, [raw.text for raw in bound.typed.values()]], ensure_ascii=False).encode()
    if bound.ok:
        again = review(bound.form, bound.values, Context(TODAY, protocol))
        assert again.values == bound.values
        assert not again.changes
