"""The rules of a form, compiled once: what is shown when, what is required when, which checks run over what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from trials.protocol.names import form_names
from trials.protocol.schema.forms import Form, Section
from trials.protocol.schema.items import Check, Group, Item
from trials.protocol.schema.protocol import Protocol
from trials.rules.expression import Expression, Type, compile_expression


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
    names = form_names(protocol, form.id)
    show: dict[str, tuple[Expression, ...]] = {}
    required: dict[str, Expression | bool] = {}
    checks = [PlannedCheck(check, _rule(check.when, names), None) for check in form.checks]
    for section in form.sections:
        outer = _shown_when(section, names)
        for block in section.items:
            show[block.id] = outer + _shown_when(block, names)
            if isinstance(block, Item):
                required[block.id] = _required_when(block, names)
                continue
            row_names = form_names(protocol, form.id, block.id)
            for item in block.items:
                show[item.id] = show[block.id] + _shown_when(item, row_names)
                required[item.id] = _required_when(item, row_names)
            checks += [PlannedCheck(check, _rule(check.when, row_names), block) for check in block.checks]
    return Plan({block_id: rules for block_id, rules in show.items() if rules}, required, tuple(checks))


def _rule(source: str, names: Mapping[str, Type]) -> Expression:
    return compile_expression(source, names, Type.BOOL)


def _shown_when(part: Section | Group | Item, names: Mapping[str, Type]) -> tuple[Expression, ...]:
    return () if part.show is None else (_rule(part.show, names),)


def _required_when(item: Item, names: Mapping[str, Type]) -> Expression | bool:
    return _rule(item.required, names) if isinstance(item.required, str) else item.required
