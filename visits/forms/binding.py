"""From typing to what an entry stores: one verdict for the whole form, the same for a page and for a programme.

Hard faults refuse the form whole; the typing is kept. Soft findings are stored with the form, and queries open on
them. An item that does not apply (its show-when is false) must be empty: what was typed or saved there is never
thrown away in silence, so the person is told and clears it, or corrects the answer that hides it. While it is not
known whether an item applies, an answer to it is accepted, and none is expected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Group, Item
from trials.rules.expression import UNKNOWN, Expression
from visits.forms.answer import BLANK, Answer, Context, RawAnswer, Refused, quoted
from visits.forms.kinds import KINDS
from visits.forms.plan import Plan, PlannedCheck, plan_of
from visits.forms.sheet import ROWS_GIVEN, Sheet, SheetRow, path_of, row_number

Values = Mapping[str, Any]
KindOfChange = Literal["first", "blank_filled", "changed", "cleared"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful that is stored all the same; a query opens with the message."""

    check: str
    path: str
    message: str
    severity: Literal["soft"] = "soft"


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs from what was saved."""

    path: str
    old: Answer
    new: Answer
    kind: KindOfChange

    @property
    def needs_reason(self) -> bool:
        """True when something saved is changed or cleared; filling a blank needs no reason."""
        return self.kind in {"changed", "cleared"}


@dataclass(slots=True)
class BoundRow:
    """One row of a group as it stands after the typing."""

    key: str
    is_new: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Bound:
    """A form with its typing understood. Store `values` only when `ok`."""

    form: Form
    previous: Values | None
    answers: dict[str, Answer] = field(default_factory=dict)
    """By path; an item whose typing was refused is absent."""
    typed: dict[str, RawAnswer] = field(default_factory=dict)
    """The typing by path, safe to show and to store, for the page that is shown again."""
    rows: dict[str, list[BoundRow]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    shown: dict[str, bool] = field(default_factory=dict)
    """By path, only where a rule settles it: True applies, False does not; absent: not known, or no rule."""
    required: dict[str, bool] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    complete: bool = True
    """All that is required and applies is answered, by a value or a missing code, and something is entered."""
    entered: int = 0
    expected: int = 0

    @property
    def ok(self) -> bool:
        """True when nothing was refused."""
        return not self.errors

    @property
    def needs_reason(self) -> bool:
        """True when something saved is changed or cleared."""
        return any(change.needs_reason for change in self.changes)

    @property
    def counts(self) -> tuple[int, int]:
        """Items entered and items expected, of those that apply."""
        return self.entered, self.expected

    def refuse(self, path: str, *messages: str) -> None:
        """Add messages to an item, a row, a group ('GROUP') or the form ('')."""
        self.errors.setdefault(path, []).extend(messages)


def bind(form: Form, sheet: Sheet, previous: Values | None, context: Context) -> Bound:
    """Understand all typing of a form against what is saved. Never raises on anything that can be typed or sent."""
    return _Binding(form, sheet, previous, context).run()


def review(form: Form, values: Values | None, context: Context) -> Bound:
    """The saved values seen through the form's rules: what applies, what is required, what is found, how complete."""
    return bind(form, Sheet(), values, context)


class _Binding:
    """One run of `bind`: reads items and rows, then asks the rules, then sums up."""

    def __init__(self, form: Form, sheet: Sheet, previous: Values | None, context: Context) -> None:
        self.form, self.sheet, self.context = form, sheet, context
        self.saved: Values = previous or {}
        self.plan: Plan = plan_of(form, context.protocol)
        self.bound = Bound(form, previous)
        self.top: dict[str, object] = {}
        """Rule values of the items outside groups, and of other forms."""
        self.scopes: dict[tuple[str, str], dict[str, object]] = {}
        """Rule values of each row, by group and row key."""

    def run(self) -> Bound:
        """Do it all."""
        for path, message in self.sheet.faults.items():
            self.bound.refuse(path, message)
        self.top.update(self.context.other_values)
        for item in self.form.items():
            self.top[item.id] = self._read(item, item.id, self.sheet.raws.get(item.id), self.saved.get(item.id))
        for group in self.form.groups():
            self._read_rows(group)
        for block in self.form.blocks():
            self._judge(block)
        for planned in self.plan.checks:
            self._check(planned)
        self.bound.complete = self.bound.complete and self.bound.entered > 0
        self.bound.values = self._values()
        return self.bound

    def _read(self, item: Item, path: str, raw: RawAnswer | None, stored: Mapping[str, str] | None) -> object:
        """Understand one item, note its change, and give its value for rules."""
        bound, kind, old = self.bound, KINDS[item.kind], Answer.from_json(stored)
        answer: Answer | Refused = old
        if raw is not None and item.id in self.context.withheld:
            if raw != RawAnswer():
                bound.refuse(path, "You may not change this item, so it was not taken over.")
        elif raw is not None:
            bound.typed[path] = raw.printable()
            answer = kind.parse(item, raw, self.context)
        if isinstance(answer, Refused):
            bound.refuse(path, *answer.messages)
            return UNKNOWN
        if answer.same_as(old):
            answer = old
        else:
            bound.changes.append(Change(path, old, answer, self._kind_of_change(old, answer)))
        bound.answers[path] = answer
        return kind.value(item, answer, self.context)

    def _kind_of_change(self, old: Answer, new: Answer) -> KindOfChange:
        if old.is_blank:
            return "first" if self.bound.previous is None else "blank_filled"
        return "cleared" if new.is_blank else "changed"

    def _read_rows(self, group: Group) -> None:
        """Saved rows in their order, then new ones; a new row in which nothing was entered is no row."""
        saved = {row["_row"]: row for row in self.saved.get(group.id, ())}
        typed = {row.key: row for row in self.sheet.rows.get(group.id, ()) if row.key}
        rows = self.bound.rows[group.id] = []
        for key, stored in saved.items():
            row = typed.get(key, SheetRow(key, {}))
            rows.append(BoundRow(key, deleted=row.deleted))
            self._read_row(group, row, stored)
        highest = self._highest(group, saved)
        for row in self.sheet.rows.get(group.id, ()):
            if row.key in saved or row.deleted or not any(raw != RawAnswer() for raw in row.raws.values()):
                continue
            number = row_number(row.key) if row.key else highest + 1
            if not highest < number <= highest + group.maximum:
                self.bound.refuse(group.id, f"There is no row {row.key}: it was deleted or never saved.")
                continue
            highest = number
            named = SheetRow(f"r{number}", row.raws)
            rows.append(BoundRow(named.key, is_new=True))
            self._read_row(group, named, {})
        self._drop_blank_new_rows(group)
        kept = [row for row in rows if not row.deleted]
        if len(kept) > group.maximum:
            title = group.title.text(self.context.lang)
            self.bound.refuse(group.id, f"{title} takes at most {group.maximum} rows; there are {len(kept)}.")

    def _read_row(self, group: Group, row: SheetRow, stored: Values) -> None:
        scope = self.scopes[group.id, row.key] = dict(self.top)
        for item in group.items:
            path = path_of(group.id, row.key, item.id)
            if row.deleted:
                self._clear(path, Answer.from_json(stored.get(item.id)))
            else:
                scope[item.id] = self._read(item, path, row.raws.get(item.id), stored.get(item.id))

    def _clear(self, path: str, old: Answer) -> None:
        """A deleted row clears each of its answers, one by one on record."""
        if not old.is_blank:
            self.bound.changes.append(Change(path, old, BLANK, "cleared"))

    def _drop_blank_new_rows(self, group: Group) -> None:
        """A new row of which only units or blanks were typed leaves nothing behind."""
        rows = self.bound.rows[group.id]
        for row in [row for row in rows if row.is_new]:
            answers = [self.bound.answers.get(path_of(group.id, row.key, item.id)) for item in group.items]
            if all(answer is not None and answer.is_blank for answer in answers):
                rows.remove(row)

    def _highest(self, group: Group, saved: Iterable[str]) -> int:
        given: int = self.saved.get(ROWS_GIVEN, {}).get(group.id, 0)
        return max([given, *(row_number(key) for key in saved)])

    def _judge(self, block: Item | Group) -> None:
        """Whether it applies, whether it is required, and what its own checks say."""
        if isinstance(block, Item):
            self._judge_item(block, block.id, self.top)
            return
        applies = self._applies(block.id, self.top)
        if applies is not UNKNOWN:
            self.bound.shown[block.id] = applies is True
        rows = [row for row in self.bound.rows[block.id] if not row.deleted]
        if applies is True and len(rows) < block.minimum:
            self.bound.complete = False
        for row in rows:
            for item in block.items:
                self._judge_item(item, path_of(block.id, row.key, item.id), self.scopes[block.id, row.key])

    def _judge_item(self, item: Item, path: str, scope: Mapping[str, object]) -> None:
        bound, applies = self.bound, self._applies(item.id, scope)
        rule = self.plan.required[item.id]
        required = rule.evaluate(scope) is True if isinstance(rule, Expression) else rule
        bound.required[path] = required
        if item.id in self.plan.show and applies is not UNKNOWN:
            bound.shown[path] = applies is True
        answer = bound.answers.get(path, BLANK)
        if applies is True:
            bound.expected += 1
            bound.entered += not answer.is_blank
            if required and answer.is_blank:
                bound.complete = False
        elif applies is False and not answer.is_blank and item.id not in self.context.withheld:
            bound.refuse(path, self._not_applicable(item, answer))
        for remark in KINDS[item.kind].check(item, answer, self.context):
            if remark.hard:
                bound.refuse(path, remark.message)
            else:
                bound.findings.append(Finding(remark.check, path, remark.message))

    def _applies(self, block_id: str, scope: Mapping[str, object]) -> object:
        """True when all its show-when rules hold or there is none; False when one does not; else UNKNOWN."""
        answers = [rule.evaluate(scope) for rule in self.plan.show.get(block_id, ())]
        if any(answer is False for answer in answers):
            return False
        return UNKNOWN if any(answer is UNKNOWN for answer in answers) else True

    def _not_applicable(self, item: Item, answer: Answer) -> str:
        label = item.label.text(self.context.lang)
        shown = KINDS[item.kind].show(item, answer, self.context)
        return (
            f"{label} does not apply with the other answers given, but holds {quoted(shown)}. "
            "Clear it, or correct the answer it depends on."
        )

    def _check(self, planned: PlannedCheck) -> None:
        if planned.group is None:
            self._run_check(planned, "", self.top)
            return
        for row in self.bound.rows[planned.group.id]:
            if not row.deleted:
                self._run_check(planned, row.key, self.scopes[planned.group.id, row.key])

    def _run_check(self, planned: PlannedCheck, row_key: str, scope: Mapping[str, object]) -> None:
        if planned.when.evaluate(scope) is not True:
            return
        check, message = planned.check, planned.check.message.text(self.context.lang)
        path = self._place(planned, row_key)
        if check.hard:
            self.bound.refuse(path, message)
        else:
            self.bound.findings.append(Finding(check.id, path, message))

    def _place(self, planned: PlannedCheck, row_key: str) -> str:
        """Where the message stands: at the first item that the check names, or else reads."""
        named = planned.check.items or [name for name in self.form.by_id if name in planned.when.reads]
        for item_id in named:
            group = self.form.group_of.get(item_id)
            if group is None:
                return item_id
            if planned.group is group:
                return path_of(group.id, row_key, item_id)
        return ""

    def _values(self) -> dict[str, Any]:
        """What to store, in the order of the form; what an older version of the form left behind is kept."""
        bound = self.bound
        values: dict[str, Any] = {}
        for block in self.form.blocks():
            if isinstance(block, Item):
                answer = bound.answers.get(block.id, BLANK)
                if not answer.is_blank:
                    values[block.id] = answer.to_json()
            elif rows := self._stored_rows(block):
                values[block.id] = rows
        highest = {
            group.id: max([self._highest(group, ()), *(row_number(row.key) for row in bound.rows[group.id])])
            for group in self.form.groups()
        }
        if any(highest.values()):
            values[ROWS_GIVEN] = {group_id: number for group_id, number in highest.items() if number}
        known = {block.id for block in self.form.blocks()} | {ROWS_GIVEN}
        return {**values, **{name: stored for name, stored in self.saved.items() if name not in known}}

    def _stored_rows(self, group: Group) -> list[dict[str, Any]]:
        stored: list[dict[str, Any]] = []
        for row in self.bound.rows[group.id]:
            if row.deleted:
                continue
            kept: dict[str, Any] = {"_row": row.key}
            for item in group.items:
                answer = self.bound.answers.get(path_of(group.id, row.key, item.id), BLANK)
                if not answer.is_blank:
                    kept[item.id] = answer.to_json()
            stored.append(kept)
        return stored
