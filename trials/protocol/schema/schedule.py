"""The calendar: anchors, offsets, windows, visits, infusions, and the adverse-event settings."""

import re
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from trials.protocol.schema.base import Amount, Assumed, Code, FormId, ItemId, Label, Number, Part, Rule, Word

ANCHORS = (
    "baseline",
    "consent",
    "enrolment",
    "arm",
    "first_infusion",
    "last_infusion",
    "each_infusion",
)
VISIT_ANCHOR = re.compile(r"visit:([A-Z][A-Z0-9]{0,7})")
VisitId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Length = Annotated[int, Field(ge=0, le=10_000)]


def _known_anchor(value: str) -> str:
    if value not in ANCHORS and not VISIT_ANCHOR.fullmatch(value):
        raise PydanticCustomError(
            "anchor",
            "`{anchor}` is not an anchor; use one of {anchors}, or visit:ID",
            {"anchor": value, "anchors": ", ".join(ANCHORS)},
        )
    return value


class Offset(Part):
    """A stretch of time: days, weeks of seven days, or calendar months. Exactly one of them."""

    days: Length | None = None
    weeks: Length | None = None
    months: Annotated[int, Field(ge=0, le=600)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        given = [one for one in (self.days, self.weeks, self.months) if one is not None]
        if len(given) != 1:
            raise PydanticCustomError("offset", "Give exactly one of days, weeks or months")
        return self

    @property
    def roughly_days(self) -> int:
        """About how many days this is (31 a month), to compare windows. Never for planning."""
        if self.months is not None:
            return self.months * 30 + self.months // 2
        return self.days if self.days is not None else (self.weeks or 0) * 7

    def __str__(self) -> str:
        for name in ("days", "weeks", "months"):
            value = getattr(self, name)
            if value is not None:
                return f"{value} {name if value != 1 else name[:-1]}"
        return ""


class Window(Part):
    """Days before and after the target on which the visit still counts as in time; both ends belong."""

    before: Length = 0
    after: Length = 0
    assumed: Assumed = False

    def __str__(self) -> str:
        return f"{self.before} days before to {self.after} days after"


class Visit(Part):
    """A planned visit: so long after an anchor, with a window, and the forms to fill in."""

    id: VisitId
    label: Label
    anchor: str = "baseline"
    offset: Offset
    window: Window = Window()
    forms: Annotated[tuple[FormId, ...], Field(min_length=1)]
    arms: tuple[Code, ...] | None = None
    assumed: Assumed = False

    _anchor = field_validator("anchor")(_known_anchor)


class Baseline(Part):
    """What day 0 is: the day of consent, of enrolment, of the arm, or of the first infusion."""

    anchor: Literal["consent", "enrolment", "arm", "first_infusion"]
    definition: Label
    assumed: Assumed = False


class Unscheduled(Part):
    """The forms of a visit that nobody planned."""

    label: Label = Label("Unscheduled visit")
    forms: tuple[FormId, ...] = ()
    assumed: Assumed = False


class Schedule(Part):
    """All planned visits, the unscheduled one, and the forms that run through the whole participation."""

    baseline: Baseline
    visits: Annotated[tuple[Visit, ...], Field(min_length=1)]
    unscheduled: Unscheduled = Unscheduled()
    logs: tuple[FormId, ...] = ()
    assumed: Assumed = False

    @cached_property
    def by_id(self) -> dict[str, Visit]:
        """Each planned visit by its id."""
        return {visit.id: visit for visit in self.visits}


class Dose(Part):
    """The planned dose of one infusion: a number of cells, or cells per kilogram at one level or in a range."""

    basis: Literal["cells", "cells_per_kg", "cells_per_kg_range"]
    amount: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    volume_ml: Number | None = None
    counted: Literal["viable", "total"] = "total"
    tolerance_percent: Number | None = None
    assumed: Assumed = False

    @model_validator(mode="after")
    def _fits_the_basis(self) -> Self:
        ranged = self.basis == "cells_per_kg_range"
        if ranged and (self.low is None or self.high is None or self.amount is not None):
            raise PydanticCustomError("dose", "A dose in a range has low and high, and no amount")
        if not ranged and (self.amount is None or self.low is not None or self.high is not None):
            raise PydanticCustomError("dose", "This dose needs an amount, and neither low nor high")
        return self

    @property
    def unit(self) -> str:
        """The unit of the amounts."""
        return "cells" if self.basis == "cells" else "cells/kg"


class InfusionForms(Part):
    """The forms of an infusion: who prepares, who gives."""

    administration: FormId
    preparation: FormId | None = None


class Infusions(Part):
    """The planned infusions: how many, when, at which least distance, the dose, and the form that records them.

    The items name where the form of the administration says when the infusion was given and how much. Without
    an `end_date_item` an infusion stops on the day it started.
    """

    arms: Annotated[tuple[Code, ...], Field(min_length=1)]
    anchor: str = "baseline"
    number: Annotated[int, Field(ge=1, le=100)]
    at: Annotated[tuple[Offset, ...], Field(min_length=1, max_length=100)]
    window: Window = Window()
    minimum_interval: Offset | None = None
    dose: Dose
    forms: InfusionForms
    date_item: ItemId
    start_item: ItemId | None = None
    end_date_item: ItemId | None = None
    stop_item: ItemId | None = None
    dose_item: ItemId | None = None
    volume_item: ItemId | None = None
    assumed: Assumed = False

    _anchor = field_validator("anchor")(_known_anchor)


class AdverseEvents(Part):
    """Which form reports an adverse event, on which scale, and when it is serious."""

    form: FormId
    scale: Word
    grade_item: ItemId
    term_item: ItemId
    onset_item: ItemId
    end_item: ItemId | None = None
    serious: Rule
    serious_words: Label
    assumed: Assumed = False
