"""Forms filled in with synthetic answers, as a person would: what does not apply stays empty, what must be is there.

A `Page` is one form in the making. A `Case` is the pages that are made together, because rules look from one to the
other; what other forms hold already comes in from the database with the page's context.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from edc.rehearsal.values import Draw, Typed, answer
from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Group, Item
from trials.rules import calendar
from trials.rules.expression import UNKNOWN, Expression
from trials.rules.partial_date import PartialDate
from visits.forms.answer import Answer, Context, RawAnswer, Refused
from visits.forms.binding import Bound, bind
from visits.forms.kinds import KINDS
from visits.forms.plan import cross_reads, plan_of
from visits.forms.sheet import path_of, read_json

MOST_ROWS = 3
ROUNDS = 6
BLANK = 70
"""Thousandths of the optional items that stay blank."""
MISSING = 12
"""Thousandths of the answers that are a missing code instead of a value."""


@dataclass(frozen=True)
class Spot:
    """One place on a page where an answer stands."""

    page: "Page"
    item: Item
    row: str = ""

    @property
    def path(self) -> str:
        """The path as the forms engine writes it."""
        group = self.page.form.group_of.get(self.item.id)
        return self.item.id if group is None else path_of(group.id, self.row, self.item.id)

    def __hash__(self) -> int:
        return hash((self.page.form.id, self.path))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spot) and (self.page, self.path) == (other.page, other.path)


@dataclass(eq=False)
class Page:
    """One form in the making: an answer for each path, and which rows of its groups there are."""

    form: Form
    context: Context
    draw: Draw
    case: "Case"
    whole: bool = False
    """Every item is answered and none by a missing code, as on the forms that decide on eligibility."""
    answers: dict[str, Typed] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, object] = field(default_factory=dict)

    def put(self, spot: Spot, typed: Typed | None) -> None:
        """Set or clear the answer at a spot."""
        path = spot.path
        self.known.pop(path, None)
        if typed is None:
            self.answers.pop(path, None)
        else:
            self.answers[path] = typed

    def value(self, spot: Spot) -> object:
        """The value that rules calculate with; UNKNOWN where there is none."""
        path = spot.path
        if path not in self.known:
            typed = self.answers.get(path)
            kind, read = KINDS[spot.item.kind], Answer()
            if typed:
                parsed = kind.parse(spot.item, RawAnswer(**typed), self.context)
                read = Answer() if isinstance(parsed, Refused) else parsed
            self.known[path] = kind.value(spot.item, read, self.context)
        return self.known[path]

    def named(self, name: str, row: str = "") -> object:
        """The value of a name in a rule of this form, seen from a row of a group or from outside."""
        if "." in name:
            return self.case.named(name, self.context.other_values)
        return self.value(Spot(self, self.form.by_id[name], row))

    def says(self, rule: Expression, row: str = "") -> object:
        """What a rule answers to this page."""
        return rule.evaluate({name: self.named(name, row) for name in rule.reads})

    def spots(self) -> Iterator[Spot]:
        """Every place for an answer, in the order of the page."""
        for block in self.form.blocks():
            if isinstance(block, Group):
                for row in self.rows.get(block.id, ()):
                    yield from (Spot(self, item, row) for item in block.items)
            else:
                yield Spot(self, block)

    def applies(self, spot: Spot) -> bool:
        """Whether the item is to be answered, as far as its rules say."""
        rules = plan_of(self.form, self.context.protocol).show.get(spot.item.id, ())
        return all(self.says(rule, spot.row) is True for rule in rules)

    def needs(self, spot: Spot) -> bool:
        """Whether the item has to be answered."""
        rule = plan_of(self.form, self.context.protocol).required[spot.item.id]
        return self.says(rule, spot.row) is True if isinstance(rule, Expression) else rule

    def fill(self) -> None:
        """Answer the page from top to bottom."""
        for group in self.form.groups():
            most = min(group.maximum, max(group.minimum, MOST_ROWS))
            count = self.draw.rng.randint(group.minimum, most)
            self.rows[group.id] = [f"r{number + 1}" for number in range(count)]
        for spot in self.spots():
            if spot.item.id in self.context.withheld or not self.applies(spot):
                continue
            needed = self.needs(spot) or self.whole
            if needed or not self.draw.chance(BLANK):
                self.put(spot, self._answered(spot.item))

    def _answered(self, item: Item) -> Typed:
        codes = self.context.protocol.missing_codes(item)
        if codes and not self.whole and self.draw.chance(MISSING):
            return {"missing": self.draw.rng.choice(codes).code}
        return answer(item, self.draw)

    def settle(self) -> None:
        """Take away what no longer applies, and answer what has to be answered now."""
        for _ in range(ROUNDS):
            changed = False
            for spot in list(self.spots()):
                if spot.item.id in self.context.withheld:
                    continue
                here = spot.path in self.answers
                if here and not self.applies(spot):
                    self.put(spot, None)
                    changed = True
                elif not here and self.applies(spot) and self.needs(spot):
                    self.put(spot, answer(spot.item, self.draw))
                    changed = True
            if not changed:
                return

    def data(self) -> dict[str, Any]:
        """The answers as a programme sends them."""
        sent: dict[str, Any] = {}
        for block in self.form.blocks():
            if isinstance(block, Group):
                rows = [
                    {
                        item.id: self.answers[path]
                        for item in block.items
                        if (path := path_of(block.id, row, item.id)) in self.answers
                    }
                    for row in self.rows.get(block.id, ())
                ]
                sent[block.id] = [row for row in rows if row]
            elif block.id in self.answers:
                sent[block.id] = self.answers[block.id]
        return sent

    def bound(self, previous: Mapping[str, Any] | None = None) -> Bound:
        """What the forms engine says to the page as it is."""
        others = {name: self.named(name) for name in cross_reads(self.form, self.context.protocol)}
        context = replace(self.context, other_values=others)
        return bind(self.form, read_json(self.form, self.data()), previous, context)

    def mend(self) -> None:
        """Draw again, and in the end leave blank, what the forms engine refuses."""
        for attempt in range(ROUNDS):
            refused = set(self.bound().errors)
            spots = [spot for spot in self.spots() if spot.path in refused]
            if not spots:
                return
            for spot in spots:
                again = attempt < ROUNDS - 1 and self.applies(spot)
                self.put(spot, answer(spot.item, self.draw) if again else None)
            self.settle()


@dataclass(eq=False)
class Case:
    """The pages that are made together, and what is known of the participant."""

    protocol: Protocol
    facts: Mapping[str, object] = field(default_factory=dict)
    """`subject.consent_date` and `subject.site`."""
    pages: dict[str, Page] = field(default_factory=dict)

    def add(self, form: Form, context: Context, draw: Draw, *, whole: bool = False) -> Page:
        """Begin a page."""
        page = Page(form, context, draw, self, whole)
        self.pages[form.id] = page
        return page

    def named(self, name: str, elsewhere: Mapping[str, object]) -> object:
        """The value of a qualified name: from a page of this case, from its facts, or from what is stored."""
        source = self.source(name)
        if source is not None and name == "subject.age":
            return self._age(source.page.value(source))
        if source is not None:
            return source.page.value(source)
        if name in self.facts:
            return self.facts[name]
        return elsewhere.get(name, UNKNOWN)

    def source(self, name: str) -> Spot | None:
        """The place on one of these pages that a qualified name comes from; None when it is not among them."""
        demographics = self.protocol.demographics
        if demographics is not None:
            name = {"subject.age": demographics.birth_date, "subject.sex": demographics.sex}.get(name, name)
        form_id, _, item_id = name.partition(".")
        page = self.pages.get(form_id)
        return Spot(page, page.form.by_id[item_id]) if page else None

    def _age(self, born: object) -> object:
        on = self.facts.get("subject.consent_date")
        if not isinstance(born, date | PartialDate) or not isinstance(on, date):
            return UNKNOWN
        age = calendar.age_on(born, on)
        return age if isinstance(age, calendar.Between) else Decimal(age)
