"""The script of a form in a real browser: it hides, requires, echoes and moves as one types."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, sync_playwright

from trials.protocol import Protocol
from visits.forms.answer import Context
from visits.forms.binding import Values, review
from visits.forms.rendering import form_view

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[3] / "edc" / "static" / "edc"
PAGE = """<!doctype html>{styles}
<form class="form" data-entry onsubmit="window.saved = event.submitter.name; return false">
{inside}
<button name="save" data-save>Save</button><button name="next" data-save-next>Save and open the next</button>
</form>"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(3000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    page.close()
    assert not faults


def shown(page: Page, protocol: Protocol, context: Context, form_id: str, saved: Values | None = None) -> None:
    """Open the form as the page of an entry has it."""
    form = protocol.form(form_id)
    view = form_view(form, review(form, saved, context), context)
    styles = "".join(f"<style>{(STATIC / name).read_text()}</style>" for name in ("base.css", "forms.css"))
    page.set_content(PAGE.format(styles=styles, inside=render_to_string("components/items/form.html", {"view": view})))
    for name in ("rules.js", "entry.js"):
        page.add_script_tag(content=(STATIC / name).read_text())


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_an_item_shows_when_it_applies_and_stays_while_it_is_filled(
    page: Page, protocol: Protocol, context: Context
) -> None:
    shown(page, protocol, context, "KIT")
    other = page.locator('[data-field="COLOTH"]')
    assert not other.is_visible()
    page.locator('input[name="COLOUR"][value="OTH"]').check()
    assert other.is_visible()
    assert "field--required" in str(other.get_attribute("class"))
    page.locator('input[name="COLOTH"]').fill("green")
    page.locator('input[name="COLOUR"][value="1"]').check()
    assert other.is_visible(), "what was typed is never hidden"
    page.locator('input[name="COLOTH"]').fill("")
    assert not other.is_visible()


def test_keys_choose_move_and_open_the_missing_list(page: Page, protocol: Protocol, context: Context) -> None:
    shown(page, protocol, context, "DM")
    assert focused(page) == "INITIALS", "the first empty item"
    page.keyboard.type("AB")
    page.keyboard.press("Enter")
    page.keyboard.type("3 mar 1970")
    assert page.locator("#item-BRTHDAT-echo").inner_text() == "3 March 1970"
    page.keyboard.press("Enter")
    assert focused(page) == "SEX"
    page.keyboard.press("f")
    assert page.locator('input[name="SEX"][value="F"]').is_checked()
    page.keyboard.press("Enter")
    assert focused(page) == "PREGYN"
    page.keyboard.press(".")
    assert focused(page) == "PREGYN-missing"


def test_control_s_saves_and_control_enter_goes_on(page: Page, protocol: Protocol, context: Context) -> None:
    shown(page, protocol, context, "VS")
    page.keyboard.press("Control+s")
    assert page.evaluate("window.saved") == "save"
    page.keyboard.press("Control+Enter")
    assert page.evaluate("window.saved") == "next"


def test_a_further_row_gets_a_key_of_its_own(page: Page, protocol: Protocol, context: Context) -> None:
    shown(page, protocol, context, "KIT", {"PETS": [{"_row": "r1", "PETNAME": {"text": "Rex"}}], "_rows": {"PETS": 1}})
    assert page.locator('[name="PETS-r2-PETNAME"]').count() == 1
    page.get_by_role("button", name="Add a row").click()
    assert focused(page) == "PETS-r3-PETNAME"
    assert not page.get_by_role("button", name="Add a row").is_visible(), "three rows are the most"


def test_a_pasted_column_is_shown_before_it_is_filled_in(page: Page, protocol: Protocol, context: Context) -> None:
    shown(page, protocol, context, "LAB", {"LBDAT": {"text": "2026-03-01"}})
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "34.5\\n\\n<20\\n7\\n");
          const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
          document.getElementById("item-ALB").dispatchEvent(event);
        }"""
    )
    preview = page.locator(".panel__paste")
    assert "Albumin: 34.5" in preview.inner_text()
    assert "1 more lines have no place" in preview.inner_text()
    assert page.locator("#item-ALB").input_value() == ""
    page.get_by_role("button", name="Fill in").click()
    assert [page.locator(f"#item-{name}").input_value() for name in ("ALB", "BILI", "HBVDNA")] == ["34.5", "", "<20"]
    assert preview.count() == 0
