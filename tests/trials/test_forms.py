"""A day as people type it."""

from datetime import date

import pytest
from django import forms

from trials.forms import DayField


class OneDay(forms.Form):
    on = DayField()


@pytest.mark.parametrize("typed", ["2026-03-12", "12 Mar 2026", " 12 march 2026 "])
def test_a_day_that_can_be_read_in_one_way_is_taken(typed: str) -> None:
    form = OneDay({"on": typed})
    assert form.is_valid()
    assert form.cleaned_data == {"on": date(2026, 3, 12)}


@pytest.mark.parametrize(
    "typed", ["03/04/2024", "12.3.26", "30 Feb 2026", "0026-03-12", "3026-03-12", "Mar 2026", "x", ""]
)
def test_anything_else_is_refused_in_a_sentence_and_stays_as_typed(typed: str) -> None:
    form = OneDay({"on": typed})
    assert not form.is_valid()
    assert form.errors["on"][0].endswith(".")
    assert f'value="{typed}"' in str(form) or not typed


def test_a_day_that_is_proposed_is_written_in_words() -> None:
    assert 'value="12 Mar 2026"' in str(OneDay(initial={"on": date(2026, 3, 12)}))
