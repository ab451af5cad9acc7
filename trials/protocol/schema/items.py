"""Items, the questions of a form, and the repeating groups that hold some of them."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from trials.protocol.schema.base import Amount, Assumed, Code, ItemId, Label, Part, Rule, Text, Word

Kind = Literal[
    "text",
    "integer",
    "decimal",
    "date",
    "partial_date",
    "time",
    "choice",
    "many",
    "yes_no",
    "lab",
    "cells",
    "file",
    "score",
]
RESERVED_KINDS = frozenset({"file", "score"})

InformationClass = Literal["open", "identifying", "unblinding"]


class Item(Part):
    """One question of a form. The kind says which answers it takes and which other keys mean something."""

    id: ItemId
    kind: Kind
    label: Label
    hint: Label | None = None
    required: bool | Rule = False
    show: Rule | None = None
    unit: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    units: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    choices: Word | None = None
    scale: Word | None = None
    analyte: ItemId | None = None
    decimals: Annotated[int, Field(ge=0, le=15)] | None = None
    low: Amount | None = None
    high: Amount | None = None
    soft_low: Amount | None = None
    soft_high: Amount | None = None
    message: Label | None = None
    max_length: Annotated[int, Field(ge=1, le=10_000)] | None = None
    lines: Annotated[int, Field(ge=1, le=40)] | None = None
    future: bool = False
    partial: Literal["year", "month"] | None = None
    missing: tuple[Code, ...] | None = None
    class_: InformationClass = Field(default="open", alias="class")
    cdash: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")] | None = None
    assumed: Assumed = False


class Check(Part):
    """A rule over several answers: when it is true the message is shown.

    A hard check refuses the form; a soft one stores it and opens a query on the items named.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")]
    when: Rule
    message: Label
    hard: bool = False
    items: tuple[ItemId, ...] = ()
    assumed: Assumed = False


class Group(Part):
    """A set of items that can be answered several times on one form, one row each."""

    id: ItemId = Field(alias="group")
    title: Label
    hint: Label | None = None
    show: Rule | None = None
    minimum: Annotated[int, Field(ge=0, le=1000)] = 0
    maximum: Annotated[int, Field(ge=1, le=1000)] = 50
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    checks: tuple[Check, ...] = ()
    assumed: Assumed = False

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Each item of a row by its id."""
        return {item.id: item for item in self.items}

    def item(self, item_id: str) -> Item:
        """The item of a row with this id; `KeyError` when there is none."""
        return self.by_id[item_id]


def _block_form(value: Any) -> str:
    is_group = isinstance(value, Group) or (isinstance(value, dict) and "group" in value)
    return "<group>" if is_group else "<item>"


Block = Annotated[
    Annotated[Item, Tag("<item>")] | Annotated[Group, Tag("<group>")],
    Discriminator(_block_form),
]
