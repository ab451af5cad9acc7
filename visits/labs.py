"""Laboratory results drawn from an entry: as typed, and in the analyte's standard unit by exact factors."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal

from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Item
from visits.forms.answer import Answer
from visits.forms.kinds.lab import split_comparator
from visits.forms.values import answers_of
from visits.models import Entry, LabResult

EXACT = Context(prec=60)
"""Digits enough for any typed value (15) times any factor (30): nothing is rounded while converting."""

COLUMN_STEP = Decimal("1e-9")
COLUMN_LIMIT = Decimal(10) ** 15


def lab_results(entry: Entry, form: Form, protocol: Protocol) -> list[LabResult]:
    """Return the unsaved result rows of an entry, one for each analyte; none for a withdrawn entry."""
    if entry.withdrawn:
        return []
    found: dict[str, LabResult] = {}
    sampled_on = _sampled_on(entry, form)
    for _, item, answer in answers_of(form, entry.values):
        if item.kind == "lab" and not answer.is_blank:
            row = _result(entry, item, answer, protocol)
            row.sampled_on = sampled_on
            found.setdefault(row.analyte, row)
    return list(found.values())


def has_labs(form: Form) -> bool:
    """Whether the form asks for laboratory values at all."""
    return any(item.kind == "lab" for item in form.all_items())


def in_standard_unit(protocol: Protocol, item: Item, answer: Answer) -> tuple[str, Decimal] | None:
    """The comparator and the exact number in the standard unit; None in a unit that is not listed."""
    unit = protocol.analyte(item.analyte or item.id).by_unit.get(answer.unit)
    if unit is None or not answer.text:
        return None
    comparator, digits = split_comparator(answer.canonical)
    return comparator, EXACT.multiply(Decimal(digits), unit.factor)


def _result(entry: Entry, item: Item, answer: Answer, protocol: Protocol) -> LabResult:
    analyte = protocol.analyte(item.analyte or item.id)
    row = LabResult(
        entry_id=entry.pk,
        subject_id=entry.subject_id,
        visit_id=entry.visit_id,
        analyte=analyte.id,
        text=answer.text,
        unit=answer.unit,
        missing=answer.missing,
    )
    if answer.text:
        comparator, digits = split_comparator(answer.canonical)
        row.comparator, row.value = comparator, _column(Decimal(digits))
        converted = in_standard_unit(protocol, item, answer)
        if converted is not None:
            row.standard_unit = analyte.standard
            row.standard_value = _column(converted[1])
            row.standard_text = comparator + plain(converted[1])
    return row


def plain(number: Decimal) -> str:
    """The digits of a number, without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _column(number: Decimal) -> Decimal | None:
    """The number as the column holds it (nine places); None when it is too large. The text stays exact."""
    if abs(number) >= COLUMN_LIMIT:
        return None
    return number.quantize(COLUMN_STEP, rounding=ROUND_HALF_EVEN, context=EXACT)


def _sampled_on(entry: Entry, form: Form) -> str:
    """The first date of the form: the day of the sample, as the laboratory's own part of the form begins with it."""
    dates: Iterator[str] = (
        answer.canonical
        for _, item, answer in answers_of(form, entry.values)
        if item.kind in {"date", "partial_date"} and answer.text
    )
    return next(dates, "")
