"""What every item kind can do, and what all kinds do alike: blanks and missing codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from trials.protocol.schema.items import Item
from trials.rules.expression import UNKNOWN
from visits.forms.answer import BLANK, LONGEST_TYPING, Answer, Context, RawAnswer, Refused, Remark, quoted

BLANKS: Final = " \t\r\n\u00a0\u3000"
"""What is trimmed from the ends of typing: blanks, line ends, the no-break blank and the full-width blank."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset, as the codebook describes it."""

    name: str
    label: str
    type: str
    """text, integer, decimal, date, partial_date, time, code, flag or missing_code."""
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer in a control."""

    code: str
    label: str
    definition: str = ""
    key: str = ""
    """The key that chooses it, one character."""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """Which template draws the control of an item, and what the template needs beside the typing."""

    template: str
    css: str = ""
    """Class of the text box: how wide it is, and where its text stands."""
    input_mode: str = "text"
    max_length: int = 0
    lines: int = 1
    units: tuple[Option, ...] = ()
    """Units to choose from; empty when there is one unit, which then stands beside the control as words."""
    unit_prompt: str = "unit"
    """What stands in the list of units while none is chosen."""
    options: tuple[Option, ...] = ()
    is_group: bool = False
    """True when the control is several inputs, which are labelled by a legend and not by a label."""


class Kind:
    """One kind of item. Subclasses say how a text is read; blanks and missing codes are the same for all."""

    name: ClassVar[str]
    control_template: ClassVar[str] = "components/items/line.html"

    def parse(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        """Understand the typing for one item, or say why it cannot be understood. Never raises."""
        if raw.fault:
            return Refused((raw.fault,))
        text, missing = raw.text.strip(BLANKS), raw.missing.strip(BLANKS)
        if max(len(text), len(missing), len(raw.unit)) > LONGEST_TYPING:
            return Refused((f"This is too long. Keep it under {LONGEST_TYPING:,} characters.",))
        by_point = self.missing_code_by_point(item, text, context)
        if by_point is not None:
            text, missing = "", missing or by_point
        if missing:
            return self._parse_missing(item, text, missing, context)
        if not text:
            return BLANK
        return self.read(item, RawAnswer(text=text, unit=raw.unit.strip(BLANKS)), context)

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        """Understand a text that is not blank and not a missing code."""
        raise NotImplementedError

    def value(self, item: Item, answer: Answer, context: Context) -> object:
        """The typed value that rules calculate with; UNKNOWN when blank or missing."""
        return UNKNOWN if not answer.text else self.typed(item, answer, context)

    def typed(self, item: Item, answer: Answer, context: Context) -> object:
        """The typed value of an answer that has a text."""
        return answer.canonical

    def show(self, item: Item, answer: Answer, context: Context) -> str:
        """The answer in words, for pages and the trail."""
        if answer.missing:
            return missing_label(answer.missing, context)
        if not answer.text:
            return "not entered"
        return self.words(item, answer, context)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        """The words for an answer that has a text."""
        return answer.canonical

    def check(self, item: Item, answer: Answer, context: Context) -> list[Remark]:
        """What is impossible (hard) or doubtful (soft) about an answer that could be read."""
        return [] if not answer.text else self.remarks(item, answer, context)

    def remarks(self, item: Item, answer: Answer, context: Context) -> list[Remark]:
        """The remarks about an answer that has a text."""
        return []

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        """How the item is drawn on a page."""
        return Control(self.control_template)

    def columns(self, item: Item, context: Context) -> list[Column]:
        """The dataset columns of the item, the missing code last where one is allowed."""
        columns = self.value_columns(item, context)
        codes = missing_codes(item, context)
        if codes:
            label = f"{item.label.text(context.lang)}: why there is no value"
            columns.append(Column(f"{item.id}_MISS", label, "missing_code", codes))
        return columns

    def value_columns(self, item: Item, context: Context) -> list[Column]:
        """The dataset columns that hold the value."""
        return [Column(item.id, item.label.text(context.lang), self.name, unit=unit_of(item))]

    def cells(self, item: Item, answer: Answer, context: Context) -> list[str]:
        """The exact texts for `columns`, in the same order; '' where there is nothing."""
        cells = self.value_cells(item, answer, context)
        if missing_codes(item, context):
            cells.append(answer.missing)
        return cells

    def value_cells(self, item: Item, answer: Answer, context: Context) -> list[str]:
        """The exact texts for `value_columns`."""
        return [answer.canonical]

    def schema(self, item: Item, context: Context) -> dict[str, object]:
        """JSON schema of the item in the API: the text as on the page, an object, or null for no answer."""
        text: dict[str, object] = {"type": "string", "maxLength": LONGEST_TYPING, **self.text_schema(item, context)}
        parts: dict[str, object] = {"text": text}
        units = self.unit_names(item, context)
        if units:
            parts["unit"] = {"type": "string", "enum": units}
        codes = missing_codes(item, context)
        if codes:
            parts["missing"] = {"type": "string", "enum": list(codes)}
        answer = {"type": "object", "properties": parts, "additionalProperties": False}
        return {"title": item.label.text(context.lang), "oneOf": [text, answer, {"type": "null"}]}

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        """What the schema says about the text of this kind."""
        return {}

    def unit_names(self, item: Item, context: Context) -> list[str]:
        """The units that can be sent with the text; empty where the item has none."""
        return []

    def missing_code_by_point(self, item: Item, text: str, context: Context) -> str | None:
        """The missing code typed as a point and its letters (`.nd`), or None when the text is something else."""
        if not text.startswith(".") or not text[1:2].isalpha():
            return None
        typed = text[1:]
        return next((code for code in missing_codes(item, context) if code.upper() == typed.upper()), typed)

    def _parse_missing(self, item: Item, text: str, missing: str, context: Context) -> Answer | Refused:
        codes = missing_codes(item, context)
        if not codes:
            return Refused(("This item needs an answer; a reason why it is missing is not foreseen here.",))
        if missing not in codes:
            known = "; ".join(f".{code} ({label})" for code, label in codes.items())
            return Refused((f"{quoted(missing)} is not one of the reasons why a value is missing. Type {known}.",))
        if text:
            both = f"There is an answer, {quoted(text)}, and also a reason why it is missing: {codes[missing]}."
            return Refused((f"{both} Keep one of them.",))
        return Answer(missing=missing)


def missing_codes(item: Item, context: Context) -> dict[str, str]:
    """The missing codes that the item allows, with their labels."""
    return {one.code: one.label.text(context.lang) for one in context.protocol.missing_codes(item)}


def missing_label(code: str, context: Context) -> str:
    """The words for a missing code; the bare code when this version of the protocol no longer has it."""
    known = context.protocol.missing_by_code.get(code)
    return known.label.text(context.lang) if known else code


def unit_of(item: Item) -> str:
    """The fixed unit of an item, or ''."""
    return item.unit or ""
