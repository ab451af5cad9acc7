"""What a form looks like on a page: labelled, described, escaped, and with its rules as data."""

import json
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string

from trials.protocol import Protocol
from visits.forms.answer import Context
from visits.forms.binding import Values, bind, review
from visits.forms.rendering import Slot, form_view
from visits.forms.sheet import read_post

FORMS = ["DM", "VS", "LAB", "KIT", "INF", "AE", "CM"]
MARKUP = '<script>alert("x")</script>'


class Page(HTMLParser):
    """The elements of a page with their attributes, and the texts of its data scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.in_script = self.in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.scripts.append(data)

    def having(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.elements if name in attributes]

    def one(self, **wanted: str) -> dict[str, str | None]:
        [found] = [attributes for _, attributes in self.elements if wanted.items() <= attributes.items()]
        return found


def page(
    protocol: Protocol,
    context: Context,
    form_id: str,
    *,
    typed: dict[str, list[str]] | None = None,
    saved: Values | None = None,
    slots: dict[str, Slot] | None = None,
    editable: bool = True,
) -> tuple[Page, str]:
    form = protocol.form(form_id)
    bound = review(form, saved, context) if typed is None else bind(form, read_post(form, typed), saved, context)
    view = form_view(form, bound, context, slots, editable=editable)
    text = render_to_string("components/items/form.html", {"view": view})
    return Page(text), text


@pytest.mark.parametrize("form_id", FORMS)
def test_every_control_has_a_name_for_the_ear_and_every_reference_a_target(
    form_id: str, protocol: Protocol, context: Context
) -> None:
    drawn, _ = page(protocol, context, form_id)
    ids = [attributes["id"] for attributes in drawn.having("id")]
    assert len(ids) == len(set(ids)), "an id stands once"
    labelled = {attributes["for"] for attributes in drawn.having("for")}
    for tag, attributes in drawn.elements:
        if tag in {"input", "select", "textarea"} and attributes.get("type") not in {"radio", "checkbox", "hidden"}:
            assert attributes["id"] in labelled or attributes.get("aria-label"), attributes
        for reference in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(reference) or "").split()) <= set(ids)
    assert labelled <= set(ids)
    names = {attributes["name"] for attributes in drawn.having("name")}
    for item in protocol.form(form_id).items():
        assert item.id in names, f"{item.id} can be answered"


@pytest.mark.parametrize("form_id", FORMS)
def test_nothing_on_the_page_breaks_the_content_policy(form_id: str, protocol: Protocol, context: Context) -> None:
    drawn, _ = page(protocol, context, form_id)
    for tag, attributes in drawn.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert tag != "script" or attributes["type"] == "application/json"


@pytest.mark.parametrize("form_id", FORMS)
def test_typing_that_looks_like_markup_stays_text(form_id: str, protocol: Protocol, context: Context) -> None:
    form = protocol.form(form_id)
    typed = {item.id: [MARKUP] for item in form.items()} | {f"{item.id}-unit": [MARKUP] for item in form.items()}
    slots = {item.id: Slot(previous=MARKUP, flag_words=MARKUP, flag="low", range=MARKUP) for item in form.items()}
    drawn, text = page(protocol, context, form_id, typed=typed, slots=slots)
    assert MARKUP not in text
    assert "&lt;script&gt;" in text
    assert [tag for tag, _ in drawn.elements].count("script") == 1


def test_a_refused_answer_stays_in_its_box_and_says_why(protocol: Protocol, context: Context) -> None:
    drawn, text = page(protocol, context, "VS", typed={"WEIGHT": ["1,5"]})
    box = drawn.one(name="WEIGHT")
    assert (box["value"], box["aria-invalid"], box["aria-describedby"]) == ("1,5", "true", "item-WEIGHT-error")
    assert "Type a point for decimals" in text
    form = protocol.form("VS")
    view = form_view(form, bind(form, read_post(form, {"WEIGHT": ["1,5"]}), None, context), context)
    assert [(error["id"], error["label"]) for error in view.errors] == [("item-WEIGHT", "Weight")]


def test_saved_answers_are_in_the_controls(protocol: Protocol, context: Context) -> None:
    saved = {
        "COLOUR": {"text": "OTH"},
        "COLOTH": {"text": "green"},
        "LIKES": {"text": "1 OTH"},
        "REMARK": {"missing": "ND"},
        "PETS": [{"_row": "r1", "PETNAME": {"text": "Rex"}}],
        "_rows": {"PETS": 4},
    }
    drawn, _ = page(protocol, context, "KIT", saved=saved)
    checked = [(attributes["name"], attributes["value"]) for attributes in drawn.having("checked")]
    assert checked == [("COLOUR", "OTH"), ("LIKES", "1"), ("LIKES", "OTH")]
    assert [attributes["value"] for attributes in drawn.having("selected")] == ["ND"]
    assert drawn.one(name="PETS-r1-PETNAME")["value"] == "Rex"
    assert drawn.one(name="PETS-r5-PETNAME")["value"] == "", "a blank row under a key that was never given"
    assert drawn.one(name="PETS-NEWROW-PETNAME"), "the pattern for further rows"


def test_yes_is_chosen_however_it_was_typed(protocol: Protocol, context: Context) -> None:
    drawn, _ = page(protocol, context, "AE", saved={"AESER": {"text": "yes", "value": "Y"}})
    assert [attributes["value"] for attributes in drawn.having("checked")] == ["Y"]


def test_laboratory_values_stand_in_one_table_with_their_units(protocol: Protocol, context: Context) -> None:
    slots = {"ALB": Slot(unit="g/L", range="35–55", previous="33 g/L", flag="low", flag_words="low")}
    saved = {"BILI": {"text": "1.2", "unit": "mg/dL"}}
    drawn, text = page(protocol, context, "LAB", saved=saved, slots=slots)
    assert [tag for tag, _ in drawn.elements].count("table") == 1
    assert [attributes["value"] for attributes in drawn.having("selected")] == ["g/L", "mg/dL"], "the unit used last"
    assert "IU/mL" in text, "the only unit of HBV DNA is words"
    assert not [attributes for attributes in drawn.having("name") if attributes["name"] == "HBVDNA-unit"]
    assert "35–55" in text
    assert "flag--low" in text


def test_a_scale_shows_its_definitions_beside_the_grades(protocol: Protocol, context: Context) -> None:
    _, text = page(protocol, context, "AE")
    assert "In bed" in text


def test_the_rules_go_to_the_page_as_data(protocol: Protocol, context: Context) -> None:
    drawn, _ = page(protocol, context, "DM")
    rules = json.loads("".join(drawn.scripts))
    assert set(rules["show"]) == set(rules["required"]) == {"PREGYN"}
    assert rules["items"]["SEX"] == {"kind": "choice", "type": "code"}


def test_what_is_withheld_is_not_on_the_page_in_any_form(protocol: Protocol, context: Context) -> None:
    blinded = Context(context.today, protocol, withheld=frozenset({"SEX", "INITIALS"}))
    saved = {"INITIALS": {"text": "QXZ"}, "SEX": {"text": "M"}}
    drawn, text = page(protocol, blinded, "DM", saved=saved)
    rules = json.loads("".join(drawn.scripts))
    assert "QXZ" not in text
    assert "SEX" not in json.dumps(rules)
    assert "hidden" in drawn.one(**{"data-field": "PREGYN"}), "the server's verdict hides the item"


def test_a_locked_form_shows_words_and_no_controls(protocol: Protocol, context: Context) -> None:
    saved = {"BRTHDAT": {"text": "mar 1970", "value": "1970-03"}, "SEX": {"text": "F"}}
    drawn, text = page(protocol, context, "DM", saved=saved, editable=False)
    assert not [tag for tag, _ in drawn.elements if tag in {"input", "select", "textarea", "script"}]
    assert "March 1970, day unknown" in text
    assert "Female" in text


def test_labels_follow_the_language(protocol: Protocol, context: Context) -> None:
    _, text = page(protocol, Context(context.today, protocol, lang="de"), "DM")
    assert "Geschlecht" in text
    assert "Weiblich" in text


def test_a_finding_that_already_is_a_query_is_said_once(protocol: Protocol, context: Context) -> None:
    slots = {"WEIGHT": Slot(queries=({"message": "This weight is unusual", "url": "/queries/1"},), history_url="/h/")}
    drawn, text = page(protocol, context, "VS", saved={"WEIGHT": {"text": "160"}}, slots=slots)
    assert text.count("This weight is unusual") == 1
    assert drawn.one(href="/queries/1")
    assert drawn.one(href="/h/")["aria-label"] == "History of Weight"
