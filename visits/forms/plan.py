"""The rules of a form, compiled once: what is shown when, what is required when, which checks run over what."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Check, Group, Item
from trials.protocol.schema.protocol import Protocol
from trials.rules.expression import Expression, Type, compile_expression

TYPES: Final = {
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
}
SUBJECT_NAMES: Final = {"subject.age": Type.NUMBER, "subject.sex": Type.CODE}


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check of the form, ready to be answered."""

    check: Check
    when: Expression
    group: Group | None
    """The group over whose rows it runs; None when it runs once for the form."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All rules of one form. Ids are unique in a form, so each rule is found by the id of its part."""

    show: dict[str, tuple[Expression, ...]] = field(default_factory=dict)
    """For an item or a group: the rules that must all hold, those of its section and its group included."""
    required: dict[str, Expression | bool] = field(default_factory=dict)
    checks: tuple[PlannedCheck, ...] = ()

    def expressions(self) -> Iterator[Expression]:
        """Every rule of the form."""
        for rules in self.show.values():
            yield from rules
        for rule in self.required.values():
            if isinstance(rule, Expression):
                yield rule
        for planned in self.checks:
            yield planned.when


def plan_of(form: Form, protocol: Protocol) -> Plan:
    """The compiled rules of a form; compiled at the first use, kept afterwards."""
    return _cached(_Pair(form, protocol))


def cross_reads(form: Form, protocol: Protocol) -> frozenset[str]:
    """The qualified names (`DM.SEX`, `subject.age`) that the form's rules read from elsewhere."""
    reads = (name for rule in plan_of(form, protocol).expressions() for name in rule.reads)
    return frozenset(name for name in reads if "." in name)


class _Pair:
    """A form and its protocol as a key: the same objects, not equal ones, for comparing whole protocols is slow."""

    __slots__ = ("form", "protocol")

    def __init__(self, form: Form, protocol: Protocol) -> None:
        self.form, self.protocol = form, protocol

    def __hash__(self) -> int:
        return hash((id(self.form), id(self.protocol)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and self.form is other.form and self.protocol is other.protocol


@lru_cache(maxsize=512)
def _cached(pair: _Pair) -> Plan:
    return _compiled(pair.form, pair.protocol)


def _compiled(form: Form, protocol: Protocol) -> Plan:
    names = _names(form, protocol)

    def rule(source: str) -> Expression:
        return compile_expression(source, names, Type.BOOL)

    show: dict[str, tuple[Expression, ...]] = {}
    for section in form.sections:
        outer = _rules(section.show, rule)
        for block in section.items:
            show[block.id] = outer + _rules(block.show, rule)
            if isinstance(block, Group):
                show.update({item.id: show[block.id] + _rules(item.show, rule) for item in block.items})
    required = {
        item.id: rule(item.required) if isinstance(item.required, str) else item.required
        for item in form.all_items()
    }
    checks = [_planned(check, rule(check.when), form, None) for check in form.checks]
    checks += [
        _planned(check, rule(check.when), form, group) for group in form.groups() for check in group.checks
    ]
    return Plan({name: rules for name, rules in show.items() if rules}, required, tuple(checks))


def _rules(source: str | None, rule: Callable[[str], Expression]) -> tuple[Expression, ...]:
    return () if source is None else (rule(source),)


def _planned(check: Check, when: Expression, form: Form, group: Group | None) -> PlannedCheck:
    """A check of the form that reads items of a group runs over that group's rows."""
    if group is None:
        group = next((form.group_of[name] for name in sorted(when.reads) if name in form.group_of), None)
    return PlannedCheck(check, when, group)


def _names(form: Form, protocol: Protocol) -> dict[str, Type]:
    own = _types(form.all_items())
    elsewhere = {
        f"{other.id}.{name}": kind for other in protocol.forms for name, kind in _types(other.all_items()).items()
    }
    return {**SUBJECT_NAMES, **elsewhere, **own}


def _types(items: Iterable[Item]) -> dict[str, Type]:
    return {item.id: TYPES[item.kind] for item in items if item.kind in TYPES}
