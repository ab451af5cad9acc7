"""A form as its templates draw it: sections, fields, laboratory tables, groups, and the rules for the page's script.

`components/items/form.html` draws a `FormView`; the page around it owns the form element, the buttons and the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from trials.protocol.names import KIND_TYPES
from trials.protocol.schema.forms import Form, Section
from trials.protocol.schema.items import Group, Item
from trials.rules.expression import Expression, page_value
from visits.forms.answer import Answer, Context, RawAnswer, Refused
from visits.forms.binding import Bound
from visits.forms.kinds import KINDS, Control, Option
from visits.forms.kinds.base import missing_codes
from visits.forms.plan import plan_of
from visits.forms.sheet import ROWS_GIVEN, field_name, path_of
from visits.forms.values import label_of

WIDEST_ROW = 60
"""Characters of options that fit side by side."""
NEW_ROW = "NEWROW"
"""The row key in the pattern that the page's script copies for a further row."""


@dataclass(frozen=True)
class Slot:
    """What the page knows about an item beside its form: all of it optional."""

    previous: str = ""
    """The answer of the previous visit, in words."""
    range: str = ""
    """The laboratory's reference range, in words."""
    flag: str = ""
    """low, high or critical."""
    flag_words: str = ""
    unit: str = ""
    """The unit chosen beforehand for a blank laboratory value: the one that its site used last, else the first."""
    history_url: str = ""
    queries: Sequence[Mapping[str, str]] = ()
    """Open queries: `message`, and `url` where there is a page."""


EMPTY_SLOT = Slot()


@dataclass
class FieldView:
    """One item on the page."""

    item: Item
    path: str
    label: str
    control: Control
    raw: RawAnswer
    words: str
    """The answer in words, for locked forms and print."""
    hint: str = ""
    unit: str = ""
    echo: str = ""
    required: bool = False
    editable: bool = True
    hidden: bool = False
    errors: Sequence[str] = ()
    findings: Sequence[str] = ()
    missing: Sequence[Option] = ()
    slot: Slot = EMPTY_SLOT

    @property
    def name(self) -> str:
        """Name of the control."""
        return field_name(self.path)

    @property
    def id(self) -> str:
        """Id of the control, or of the group of controls; error summaries link to it."""
        return f"item-{self.name}"

    @property
    def stacked(self) -> bool:
        """True when the label stands above the control."""
        return self.control.lines > 1

    @property
    def has_unit(self) -> bool:
        """True when a unit, or a list of units, stands beside the control."""
        return self.editable and bool(self.unit or self.control.units)

    @property
    def in_a_row(self) -> bool:
        """True when the options are few and short enough to stand side by side."""
        options = self.control.options
        return sum(len(option.label) + len(option.definition) + 8 for option in options) <= WIDEST_ROW

    @property
    def given_missing(self) -> bool:
        """True when a missing code is chosen."""
        return any(option.chosen for option in self.missing)

    @property
    def described_by(self) -> str:
        """Ids of what describes the control: hint, errors, findings, queries."""
        parts = {"hint": self.hint, "error": self.errors, "finding": self.findings, "query": self.slot.queries}
        return " ".join(f"{self.id}-{name}" for name, there in parts.items() if there)


@dataclass
class RowView:
    """One row of a repeating group."""

    group_id: str
    key: str
    number: int
    fields: list[FieldView]
    is_new: bool = False
    deleted: bool = False

    @property
    def name(self) -> str:
        """Common beginning of the names of its controls."""
        return f"{self.group_id}-{self.key}"


@dataclass
class GroupView:
    """A repeating group, with one blank row to fill in and the pattern of further ones."""

    id: str
    title: str
    hint: str
    rows: list[RowView]
    pattern: RowView | None
    next_number: int
    maximum: int
    errors: Sequence[str] = ()


@dataclass
class PartView:
    """A piece of a section: fields one below the other, a laboratory table, or a group."""

    fields: list[FieldView] = field(default_factory=list)
    panel: bool = False
    group: GroupView | None = None

    @property
    def has_ranges(self) -> bool:
        """True when a value of the table has a reference range, or is flagged."""
        return any(field.slot.range or field.slot.flag for field in self.fields)

    @property
    def has_previous(self) -> bool:
        """True when a value of the table was measured at the visit before."""
        return any(field.slot.previous for field in self.fields)

    @property
    def columns(self) -> int:
        """Columns of the table after the analyte's name: value, unit, state, and those that are needed."""
        return 3 + 2 * self.has_ranges + self.has_previous


@dataclass
class SectionView:
    """A headed part of the form."""

    id: str
    title: str
    hint: str
    parts: list[PartView]


@dataclass
class FormView:
    """All that the template of a form draws."""

    id: str
    title: str
    hint: str
    sections: list[SectionView]
    rules: dict[str, Any]
    """For the page's script: what is shown and required when. Holds no value that the person may not see."""
    errors: list[dict[str, str]]
    """`id`, `label`, `message` for components/error_summary.html."""
    entered: int
    expected: int
    editable: bool

    def fields(self) -> Iterator[FieldView]:
        """Every field, in the order of the page."""
        for section in self.sections:
            for part in section.parts:
                yield from part.fields
                for row in part.group.rows if part.group else ():
                    yield from row.fields


def form_view(
    form: Form, bound: Bound, context: Context, slots: Mapping[str, Slot] | None = None, *, editable: bool = True
) -> FormView:
    """The form as a page shows it: after `bind` with the typing and its faults, after `review` as it is saved."""
    drawing = _Drawing(form, bound, context, slots or {}, editable)
    return FormView(
        id=form.id,
        title=form.title.text(context.lang),
        hint=form.hint.text(context.lang) if form.hint else "",
        sections=[view for section in form.sections if (view := drawing.section(section)).parts],
        rules=page_rules(form, context),
        errors=error_lines(form, bound, context),
        entered=bound.entered,
        expected=bound.expected,
        editable=editable,
    )


def error_lines(form: Form, bound: Bound, context: Context) -> list[dict[str, str]]:
    """Every message of a refused form with the id of its control and its label, in the order of the page."""
    order = {item_id: number for number, item_id in enumerate(form.by_id)}
    paths = sorted(bound.errors, key=lambda path: order.get(path.rpartition(".")[2], -1))
    return [
        {"id": f"item-{field_name(path)}", "label": label_of(form, path, context.lang), "message": message}
        for path in paths
        for message in bound.errors[path]
    ]


def page_rules(form: Form, context: Context) -> dict[str, Any]:
    """The rules for the page's script. A rule that reads something withheld stays with the server."""
    plan = plan_of(form, context.protocol)

    def sendable(rules: Sequence[Expression]) -> bool:
        return not any(rule.reads & context.withheld for rule in rules)

    show = {name: rules for name, rules in plan.show.items() if sendable(rules) and name not in context.withheld}
    required = {
        name: rule
        for name, rule in plan.required.items()
        if isinstance(rule, Expression) and sendable([rule]) and name not in context.withheld
    }
    sent = [rule for rules in show.values() for rule in rules] + list(required.values())
    outside = {name for rule in sent for name in rule.reads if "." in name}
    return {
        "show": {name: [rule.tree() for rule in rules] for name, rules in show.items()},
        "required": {name: rule.tree() for name, rule in required.items()},
        "known": {name: page_value(context.other_values.get(name)) for name in sorted(outside)},
        "items": {item.id: _reading(item, context) for item in form.all_items() if item.id not in context.withheld},
    }


def _reading(item: Item, context: Context) -> dict[str, str]:
    """How the script reads the item's control."""
    reading = {"kind": item.kind, "type": KIND_TYPES[item.kind].value}
    if item.kind == "lab" and item.analyte:
        reading["standard"] = context.protocol.analyte(item.analyte).standard
    return reading


class _Drawing:
    """Builds the views of one form."""

    def __init__(self, form: Form, bound: Bound, context: Context, slots: Mapping[str, Slot], editable: bool) -> None:
        self.form, self.bound, self.context, self.slots, self.editable = form, bound, context, slots, editable
        self.sent = page_rules(form, context)["show"]
        self.findings: dict[str, list[str]] = {}
        for finding in bound.findings:
            self.findings.setdefault(finding.path, []).append(finding.message)

    def section(self, section: Section) -> SectionView:
        hint = section.hint.text(self.context.lang) if section.hint else ""
        return SectionView(section.id, section.title.text(self.context.lang), hint, list(self.parts(section.items)))

    def parts(self, blocks: Sequence[Item | Group]) -> Iterator[PartView]:
        """Groups by themselves; neighbouring laboratory values as one table; everything else as fields."""
        for kind, members in groupby(blocks, _kind_of_part):
            if kind == "group":
                yield from (PartView(group=self.group(block)) for block in members if isinstance(block, Group))
                continue
            items = [block for block in members if isinstance(block, Item)]
            fields = [self.field(item, item.id) for item in items if item.id not in self.context.withheld]
            if fields:
                yield PartView(fields=fields, panel=kind == "lab" and (len(fields) > 1 or len(blocks) == 1))

    def group(self, group: Group) -> GroupView:
        rows = [
            RowView(group.id, row.key, number, self.row(group, row.key), row.is_new, row.deleted)
            for number, row in enumerate(self.bound.rows.get(group.id, ()), start=1)
        ]
        next_number = self.bound.values.get(ROWS_GIVEN, {}).get(group.id, 0) + 1
        pattern = None
        if self.editable and len(rows) < group.maximum:
            key = f"r{next_number}"
            rows.append(RowView(group.id, key, len(rows) + 1, self.row(group, key), is_new=True))
            pattern = RowView(group.id, NEW_ROW, 0, self.row(group, NEW_ROW), is_new=True)
        return GroupView(
            id=group.id,
            title=group.title.text(self.context.lang),
            hint=group.hint.text(self.context.lang) if group.hint else "",
            rows=rows,
            pattern=pattern,
            next_number=next_number + 1,
            maximum=group.maximum,
            errors=self.bound.errors.get(group.id, ()),
        )

    def row(self, group: Group, key: str) -> list[FieldView]:
        return [
            self.field(item, path_of(group.id, key, item.id))
            for item in group.items
            if item.id not in self.context.withheld
        ]

    def field(self, item: Item, path: str) -> FieldView:
        kind, slot, lang = KINDS[item.kind], self.slots.get(path, EMPTY_SLOT), self.context.lang
        answer = self.bound.answers.get(path, Answer())
        raw = self.bound.typed.get(path) or answer.to_raw()
        if not raw.text and not raw.unit:
            raw = RawAnswer(raw.text, slot.unit, raw.missing)
        control = kind.control(item, raw, self.context)
        read = kind.parse(item, raw, self.context)
        missing = raw.missing if isinstance(read, Refused) else read.missing
        errors, asked = self.bound.errors.get(path, ()), {query.get("message") for query in slot.queries}
        units = kind.unit_names(item, self.context) if not control.units else []
        return FieldView(
            item=item,
            path=path,
            label=item.label.text(lang),
            control=control,
            raw=RawAnswer("", raw.unit, missing) if missing and not errors else raw,
            words=kind.show(item, answer, self.context),
            hint=item.hint.text(lang) if item.hint else "",
            unit=item.unit or (units[0] if len(units) == 1 else ""),
            echo=kind.show(item, answer, self.context)
            if item.kind in {"date", "partial_date"} and answer.value
            else "",
            required=self.bound.required.get(path, item.required is True),
            editable=self.editable,
            hidden=not errors and answer.is_blank and item.id not in self.sent and self.bound.shown.get(path) is False,
            errors=errors,
            findings=[message for message in self.findings.get(path, ()) if message not in asked],
            missing=[
                Option(code, label, chosen=code == missing) for code, label in missing_codes(item, self.context).items()
            ],
            slot=slot,
        )


def _kind_of_part(block: Item | Group) -> str:
    if isinstance(block, Group):
        return "group"
    return "lab" if block.kind == "lab" else "field"


__all__ = ["FieldView", "FormView", "Slot", "error_lines", "form_view", "page_rules"]
