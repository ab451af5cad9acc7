"""What the report says of an adverse event: term, grade, dates, and whether it is serious by the trial's rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trials.protocol import Protocol
from trials.protocol.names import form_names
from trials.rules.expression import Expression, Type, compile_expression
from trials.rules.partial_date import PartialDate
from visits.forms.answer import Answer, Context
from visits.forms.values import typed_values

LONGEST_TERM = 200
SERIOUS_WORDS = {True: "▲ serious", False: "not serious", None: "not known yet"}
"""Seriousness with its sign; the sign never stands alone."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The columns of an event that lists and datasets read. What is not entered is empty, or None."""

    term: str = ""
    grade: str = ""
    serious: bool | None = None
    onset: str = ""
    ended: str = ""


def serious_rule(protocol: Protocol) -> Expression | None:
    """The trial's own rule for *serious*; None where the protocol has no adverse events."""
    settings = protocol.adverse_events
    if settings is None:
        return None
    return compile_expression(settings.serious, form_names(protocol, settings.form), Type.BOOL)


def project(protocol: Protocol, values: Mapping[str, Any], elsewhere: Mapping[str, object] | None = None) -> Projection:
    """Read a report as it is stored. `elsewhere` are the values of other forms that the rule reads.

    Serious is None while the answers leave it open: the rule is answered three-valued, so that one yes decides
    whatever else is missing.
    """
    settings, rule = protocol.adverse_events, serious_rule(protocol)
    if settings is None or rule is None:
        return Projection()
    form = protocol.form(settings.form)
    typed = typed_values(form, values, Context(today=date.max, protocol=protocol))
    answer = rule.evaluate({**(elsewhere or {}), **typed})
    return Projection(
        term=_stored(values, settings.term_item)[:LONGEST_TERM],
        grade=_stored(values, settings.grade_item),
        serious=answer if isinstance(answer, bool) else None,
        onset=_stored(values, settings.onset_item),
        ended=_stored(values, settings.end_item) if settings.end_item else "",
    )


def grade_words(protocol: Protocol, grade: str) -> str:
    """The grade with its word: `2, Moderate`; where the scale's label is the number itself, with its definition."""
    settings = protocol.adverse_events
    step = protocol.scale(settings.scale).by_code.get(grade) if settings else None
    if step is None:
        return grade
    word = step.label.text()
    if word == grade and step.definition is not None:
        word = step.definition.text()
    return grade if word == grade else f"{grade}, {word}"


def date_in_words(iso: str) -> str:
    """`March 2026, day unknown` for `2026-03`; empty for no date."""
    return PartialDate.from_iso(iso).words() if iso else ""


def _stored(values: Mapping[str, Any], item: str) -> str:
    """The canonical text of an answer; empty for a missing code."""
    return Answer.from_json(values.get(item)).canonical
