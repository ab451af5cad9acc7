"""Every template can be read by Django, and brings nothing that the content security policy would refuse."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(file.relative_to(ROOT)) for file in ROOT.rglob("*.html"))
COMMENT = re.compile(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
INLINE = re.compile(r"<[^>]*\s(?:style|on[a-z]+)\s*=|<style\b|javascript:|hx-on|js:", re.IGNORECASE)
OUTSIDE = re.compile(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE)


def markup(name: str) -> str:
    return COMMENT.sub("", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_template_is_understood(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_has_no_inline_style_or_script(name: str) -> None:
    """The policy refuses them silently in the browser, so they are refused loudly here."""
    text = markup(name)
    assert not INLINE.findall(text)
    for attributes in SCRIPT.findall(text):
        assert "src=" in attributes or 'type="application/json"' in attributes, attributes


@pytest.mark.parametrize("name", NAMES)
def test_template_asks_nothing_of_the_outside_world(name: str) -> None:
    """A page loads nothing from elsewhere; a link that a person may follow is no request of ours."""
    text = re.sub(r"<a\b[^>]*>", "", markup(name))
    assert not OUTSIDE.findall(text)
