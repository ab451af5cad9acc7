"""Forms: sections of items and repeating groups, with their checks."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from trials.protocol.schema.base import Assumed, FormId, ItemId, Label, Part, Rule
from trials.protocol.schema.identity import Role
from trials.protocol.schema.items import Block, Check, Group, InformationClass, Item


class Section(Part):
    """A headed part of a form."""

    id: ItemId
    title: Label
    hint: Label | None = None
    show: Rule | None = None
    items: Annotated[tuple[Block, ...], Field(min_length=1)]
    assumed: Assumed = False


class Form(Part):
    """One form, filled in as one entry.

    `about` says what the entry is about: a visit, the participant as a whole, an infusion, or an
    adverse event. `repeating: log` lets a participant have any number of entries of it.
    """

    id: FormId
    title: Label
    hint: Label | None = None
    who: Role | None = None
    class_: InformationClass = Field(default="open", alias="class")
    repeating: Literal["no", "log"] = "no"
    about: Literal["visit", "subject", "infusion", "adverse_event"] = "visit"
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    checks: tuple[Check, ...] = ()
    assumed: Assumed = False

    def blocks(self) -> Iterator[Item | Group]:
        """Items and groups in the order of the page."""
        for section in self.sections:
            yield from section.items

    def items(self) -> Iterator[Item]:
        """The items outside repeating groups, in the order of the page."""
        return (block for block in self.blocks() if isinstance(block, Item))

    def groups(self) -> Iterator[Group]:
        """The repeating groups, in the order of the page."""
        return (block for block in self.blocks() if isinstance(block, Group))

    def all_items(self) -> Iterator[Item]:
        """Every item, those of the groups included, in the order of the page."""
        for block in self.blocks():
            if isinstance(block, Group):
                yield from block.items
            else:
                yield block

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Every item by its id, those of the groups included."""
        return {item.id: item for item in self.all_items()}

    @cached_property
    def groups_by_id(self) -> dict[str, Group]:
        """Every repeating group by its id."""
        return {group.id: group for group in self.groups()}

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """The group that holds an item, by the item's id; items outside groups are absent."""
        return {item.id: group for group in self.groups() for item in group.items}

    def item(self, item_id: str) -> Item:
        """The item with this id, in a group or not; `KeyError` when there is none."""
        return self.by_id[item_id]

    def group(self, group_id: str) -> Group:
        """The repeating group with this id; `KeyError` when there is none."""
        return self.groups_by_id[group_id]
