"""Colours of text keep a contrast of at least 4.5 to 1 on every ground they stand on (WCAG 2.2, 1.4.3)."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "edc" / "static" / "edc" / "tokens.css"
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", TOKENS.read_text(encoding="utf-8").split("@media")[0]))
GROUNDS = ["paper", "paper-soft", "tint"]
TEXTS = ["ink", "ink-soft", "accent", "accent-firm", "good", "busy", "ask", "alarm", "sign"]
ON_OTHER_GROUNDS = [
    ("on-accent", "accent"),
    ("on-accent", "accent-firm"),
    ("ask", "ask-tint"),
    ("alarm", "alarm-tint"),
    ("busy", "warn-tint"),
    ("ink", "paper-firm"),
    ("ink-soft", "paper-firm"),
    ("ink-soft", "alarm-tint"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(COLOURS[one]), luminance(COLOURS[other])], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), [*product(TEXTS, GROUNDS), *ON_OTHER_GROUNDS])
def test_text_can_be_read(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("line", ["edge", "focus"])
def test_edge_of_a_control_can_be_seen(line: str) -> None:
    assert contrast(line, "paper") >= 3
