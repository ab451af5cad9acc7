"""Reading one answer in a test: by its kind, as typed."""

from trials.protocol.schema.items import Item
from visits.forms.answer import Answer, Context, RawAnswer, Refused
from visits.forms.kinds import KINDS


def item(kind: str, **more: object) -> Item:
    return Item.model_validate({"id": "X", "kind": kind, "label": "Thing", **more})


def parse(an_item: Item, context: Context, text: str, unit: str = "", missing: str = "") -> Answer | Refused:
    return KINDS[an_item.kind].parse(an_item, RawAnswer(text, unit, missing), context)


def accepted(an_item: Item, context: Context, text: str, unit: str = "", missing: str = "") -> Answer:
    answer = parse(an_item, context, text, unit, missing)
    assert isinstance(answer, Answer), answer
    return answer


def refusal(an_item: Item, context: Context, text: str, unit: str = "", missing: str = "") -> str:
    answer = parse(an_item, context, text, unit, missing)
    assert isinstance(answer, Refused), answer
    return " ".join(answer.messages)


def remarks(an_item: Item, context: Context, text: str, unit: str = "") -> list[tuple[str, bool]]:
    found = KINDS[an_item.kind].check(an_item, accepted(an_item, context, text, unit), context)
    return [(remark.message, remark.hard) for remark in found]


ALB = item("lab", analyte="ALB")
CELLS = item("cells", low="1e5", high="1e9")
