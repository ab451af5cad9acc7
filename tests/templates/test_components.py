"""The components say what they promise, to the eye and to the ear."""

import pytest
from django import forms
from django.template.loader import render_to_string

SIGNS = {
    "empty": "○",
    "in_progress": "◐",
    "complete": "●",
    "query_open": "?",
    "reviewed": "✓",
    "signed": "✎",
    "locked": "▪",
    "missed": "–",
    "not_expected": "·",
}


def words(html: str) -> str:
    return " ".join(html.split())


@pytest.mark.parametrize(("status", "sign"), SIGNS.items())
def test_status_is_sign_and_word(status: str, sign: str) -> None:
    html = render_to_string("components/status.html", {"status": status})
    assert f'aria-hidden="true">{sign}<' in html
    assert f">{status.replace('_', ' ')}<" in html
    assert f"status--{status}" in html


def test_status_in_a_cell_keeps_its_word_for_the_ear() -> None:
    html = render_to_string("components/status.html", {"status": "missed", "sign_only": True})
    assert '<span class="visually-hidden">missed</span>' in html


def test_matrix_cell_is_one_link_with_the_whole_sentence() -> None:
    sentence = "Laboratory, month 3, in progress, 2 queries open"
    cell = {"status": "in_progress", "href": "/cell", "sentence": sentence, "queries": 2}
    none = {"status": "not_expected"}
    html = render_to_string(
        "components/matrix.html",
        {
            "caption": "Visits and forms of participant 03-0012",
            "visits": [{"name": "Month 3", "planned": "12 Mar 2026", "late": 1}, {"name": "Month 6", "missed": True}],
            "groups": [{"name": "At each visit", "rows": [{"name": "Laboratory", "cells": [cell, none]}]}],
        },
    )
    assert html.count(f'aria-label="{sentence}"') == 1
    assert html.count("<td class=") == 2
    assert html.count("<a ") == 1
    assert "1 day late" in html
    assert 'colspan="3"' in html


def test_trail_row_tells_first_entry_change_and_clearing_apart() -> None:
    changes = [
        {"label": "Albumin", "old": "", "new": "31 g/L"},
        {"label": "Creatinine", "old": "80 mg/dL", "new": "80 µmol/L"},
        {"label": "INR", "old": "1.9", "new": ""},
    ]
    row = {"when": "14 Mar 2026, 14:32", "when_utc": "2026-03-14 06:32", "who": "Li Wen", "changes": changes}
    html = words(render_to_string("components/trail_row.html", {"row": row}))
    assert "Albumin: entered <ins" in html
    assert '<del class="change__old">80 mg/dL</del>' in html
    assert "INR: cleared, was <del" in html
    assert 'title="2026-03-14 06:32 UTC"' in html


def test_participant_header_is_silent_about_an_arm_it_was_not_given() -> None:
    html = render_to_string("components/subject_header.html", {"header": {"number": "03-0012", "queries": 0}})
    assert "Arm" not in html
    assert "none open" in html


def test_what_a_person_typed_is_escaped() -> None:
    row = [{"text": "<b>bold</b>"}]
    html = render_to_string("components/table.html", {"columns": [{"label": "Name"}], "rows": [row]})
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_empty_table_says_why() -> None:
    html = render_to_string(
        "components/table.html",
        {"columns": [], "rows": [], "empty_title": "No overdue visits", "empty_text": "All seen."},
    )
    assert "No overdue visits" in html
    assert "<table" not in html


class Small(forms.Form):
    """Two fields, one with a hint."""

    reason = forms.CharField(help_text="In your own words.")
    remark = forms.CharField(required=False)


def test_field_points_to_its_hint_and_its_error() -> None:
    html = str(Small({}))
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert 'id="id_reason_helptext"' in html
    assert 'id="id_reason_error"' in html
    assert html.count("(optional)") == 1


def test_error_summary_leads_to_the_field() -> None:
    html = render_to_string("components/error_summary.html", {"form": Small({})})
    assert '<a href="#id_reason">Reason</a>' in html
    assert "Remark" not in html


def test_error_summary_is_absent_when_nothing_is_wrong() -> None:
    assert "class" not in render_to_string("components/error_summary.html", {"form": Small()})


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "404.html", "500.html", "errors/409.html", "errors/413.html", "errors/429.html"]
)
def test_error_page_stands_without_a_request(name: str) -> None:
    """Django draws some of them with an empty context; they must not need anything."""
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'href="/"' in html
    assert "Log out" not in html
