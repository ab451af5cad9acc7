"""Answers from a list: one choice, several choices, yes or no."""

from dataclasses import replace
from typing import Final

from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, RawAnswer, Refused, quoted
from visits.forms.kinds.base import Column, Control, Kind, Option

MOST_RADIOS: Final = 7
"""Lists longer than this are a select box, shorter ones are buttons that are all in view."""
MOST_NAMED: Final = 12
"""As many answers of a list as one message names."""


def options_of(item: Item, context: Context) -> list[Option]:
    """The possible answers of an item: its choice list, or the grades of its scale with their definitions."""
    lang = context.lang
    if item.scale is not None:
        return [
            Option(
                grade.code,
                grade.label.text(lang),
                grade.definition.text(lang) if grade.definition else "",
                grade.code if len(grade.code) == 1 else "",
            )
            for grade in context.protocol.scale(item.scale).grades
        ]
    if item.choices is None:
        return []
    return [
        Option(
            option.code,
            option.label.text(lang),
            option.hint.text(lang) if option.hint else "",
            option.key or (option.code if len(option.code) == 1 else ""),
        )
        for option in context.protocol.choice_list(item.choices).options
    ]


def chosen_of(options: list[Option], codes: set[str]) -> tuple[Option, ...]:
    """The options with those marked that are chosen."""
    return tuple(replace(option, chosen=option.code in codes) for option in options)


def labels_of(options: list[Option]) -> dict[str, str]:
    """Codes and their labels, in the order of the list."""
    return {option.code: option.label for option in options}


class Choice(Kind):
    """One answer of a list; the code is stored, the label is shown."""

    name = "choice"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        options = self.options(item, context)
        if raw.text not in labels_of(options):
            return Refused((_not_in_list(raw.text, options),))
        return Answer(text=raw.text)

    def options(self, item: Item, context: Context) -> list[Option]:
        """The possible answers."""
        return options_of(item, context)

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        label = labels_of(self.options(item, context)).get(answer.canonical)
        if label is None:
            return answer.canonical
        if item.scale is None:
            return label
        step = next(option for option in self.options(item, context) if option.code == answer.canonical)
        meaning = step.definition if label == answer.canonical else label
        return f"{answer.canonical} – {meaning}" if meaning else answer.canonical

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        options = chosen_of(self.options(item, context), {raw.text})
        if len(options) <= MOST_RADIOS or item.scale is not None:
            return Control("components/items/radios.html", options=options, is_group=True)
        return Control("components/items/select.html", options=options)

    def value_columns(self, item: Item, context: Context) -> list[Column]:
        label = item.label.text(context.lang)
        return [Column(item.id, label, "code", labels_of(self.options(item, context)))]

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"enum": list(labels_of(self.options(item, context)))}


class YesNo(Choice):
    """Yes or no, stored as Y or N as CDISC's NY code list has them."""

    name = "yes_no"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        code = {"y": "Y", "yes": "Y", "n": "N", "no": "N"}.get(raw.text.lower())
        if code is None:
            return Refused((f"{quoted(raw.text)} is not an answer here. Choose Yes (Y) or No (N).",))
        return Answer(text=raw.text, value="" if raw.text == code else code)

    def options(self, item: Item, context: Context) -> list[Option]:
        return [Option("Y", "Yes", key="y"), Option("N", "No", key="n")]

    def typed(self, item: Item, answer: Answer, context: Context) -> bool:
        return answer.canonical == "Y"

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        answer = self.parse(item, raw, context)
        code = answer.canonical if isinstance(answer, Answer) else raw.text
        return super().control(item, RawAnswer(text=code), context)

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        return {"enum": ["Y", "N"]}


class Many(Choice):
    """Any number of answers of a list; codes are stored in the order of the list, joined by a blank."""

    name = "many"

    def read(self, item: Item, raw: RawAnswer, context: Context) -> Answer | Refused:
        options = self.options(item, context)
        known, codes = labels_of(options), raw.text.split()
        unknown = [code for code in codes if code not in known]
        if unknown:
            return Refused((_not_in_list(unknown[0], options),))
        if len(set(codes)) != len(codes):
            return Refused((f"{quoted(raw.text)} names an answer twice. Name each once.",))
        canonical = " ".join(code for code in known if code in codes)
        return Answer(text=canonical)

    def typed(self, item: Item, answer: Answer, context: Context) -> frozenset[str]:
        return frozenset(answer.canonical.split())

    def words(self, item: Item, answer: Answer, context: Context) -> str:
        known = labels_of(self.options(item, context))
        return ", ".join(known.get(code, code) for code in answer.canonical.split())

    def control(self, item: Item, raw: RawAnswer, context: Context) -> Control:
        options = chosen_of(self.options(item, context), set(raw.text.split()))
        return Control("components/items/boxes.html", options=options, is_group=True)

    def value_columns(self, item: Item, context: Context) -> list[Column]:
        label, flags = item.label.text(context.lang), {"1": "chosen", "0": "not chosen"}
        return [
            Column(f"{item.id}__{option.code}", f"{label}: {option.label}", "flag", flags)
            for option in self.options(item, context)
        ]

    def value_cells(self, item: Item, answer: Answer, context: Context) -> list[str]:
        chosen = set(answer.canonical.split())
        if not chosen:
            return ["" for _ in self.options(item, context)]
        return ["1" if option.code in chosen else "0" for option in self.options(item, context)]

    def text_schema(self, item: Item, context: Context) -> dict[str, object]:
        codes = ", ".join(labels_of(self.options(item, context)))
        return {"description": f"Codes joined by a blank, or a list of codes: {codes}"}


def _not_in_list(text: str, options: list[Option]) -> str:
    known = "; ".join(f"{option.code} ({option.label})" for option in options[:MOST_NAMED])
    more = " …" if len(options) > MOST_NAMED else ""
    return f"{quoted(text)} is not one of the answers. Choose one of {known}{more}."
