"""Which names a rule may read, and the type of each.

A form's rules read the form's own items by their ids (`AETERM`); a row's rules those of the row as
well. Items of other forms are read as `FORM.ITEM`, the latest entered value; those of repeating
groups, logs, infusions and events have no single latest value and cannot be read from elsewhere.
`subject.age` is in completed years on the day of consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Item
from trials.protocol.schema.protocol import Protocol
from trials.rules.expression import Type

KIND_TYPES: Mapping[str, Type] = {
    "text": Type.TEXT,
    "integer": Type.NUMBER,
    "decimal": Type.NUMBER,
    "date": Type.DATE,
    "partial_date": Type.DATE,
    "time": Type.TIME,
    "choice": Type.CODE,
    "many": Type.CODES,
    "yes_no": Type.BOOL,
    "lab": Type.NUMBER,
    "cells": Type.NUMBER,
    "score": Type.NUMBER,
}
"""A laboratory value is read in the analyte's standard unit, cells as their number."""

SUBJECT_NAMES: Mapping[str, Type] = {
    "subject.age": Type.NUMBER,
    "subject.sex": Type.CODE,
    "subject.consent_date": Type.DATE,
    "subject.site": Type.CODE,
}
_FROM_DEMOGRAPHICS = frozenset({"subject.age", "subject.sex"})
SINGLE = frozenset({"visit", "subject"})

Names = dict[str, Type]


@dataclass
class FormOutline:
    """The items of a form by kind, as far as rules need to know them."""

    single: bool = True
    items: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Outline:
    """All forms, and whether age and sex are known."""

    forms: dict[str, FormOutline] = field(default_factory=dict)
    demographics: bool = False

    def elsewhere(self, but: str | None = None) -> Names:
        """Qualified names of every form but one, and the facts about the participant."""
        names = {
            name: kind for name, kind in SUBJECT_NAMES.items() if self.demographics or name not in _FROM_DEMOGRAPHICS
        }
        for form_id, form in self.forms.items():
            if form_id != but and form.single:
                names.update({f"{form_id}.{item}": one for item, one in _types(form.items).items()})
        return names

    def within(self, form_id: str, group_id: str | None = None) -> Names:
        """The names that a rule of this form, or of a row of this group, may read."""
        form = self.forms.get(form_id, FormOutline())
        row = form.groups.get(group_id, {}) if group_id else {}
        return {**self.elsewhere(form_id), **_types(form.items), **_types(row)}


def _types(kinds: Mapping[str, str]) -> Names:
    return {name: KIND_TYPES[kind] for name, kind in kinds.items() if kind in KIND_TYPES}


def item_type(item: Item) -> Type:
    """What a rule sees in an item of this kind. A graded item is a choice of text codes."""
    return KIND_TYPES[item.kind]


def outline_of(protocol: Protocol) -> Outline:
    """The outline of a whole protocol."""
    return Outline({form.id: _outline(form) for form in protocol.forms}, protocol.demographics is not None)


def _outline(form: Form) -> FormOutline:
    return FormOutline(
        single=form.repeating == "no" and form.about in SINGLE,
        items={item.id: item.kind for item in form.items()},
        groups={group.id: {item.id: item.kind for item in group.items} for group in form.groups()},
    )


def form_names(protocol: Protocol, form_id: str, group_id: str | None = None) -> Names:
    """The names, with their types, that rules of this form (or of a row of this group) may read."""
    return outline_of(protocol).within(form_id, group_id)


def eligibility_names(protocol: Protocol) -> Names:
    """The names, with their types, that rules of eligibility may read."""
    return outline_of(protocol).elsewhere()
