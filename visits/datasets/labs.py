"""Laboratory results in long form: as typed, and in the analyte's standard unit."""

from collections.abc import Iterator

from django.db.models import F

from edc.exports.description import Column, Dataset, LeftOut, Row
from edc.exports.text import text_of
from trials.datasets import BY_SUBJECT, KEYS
from trials.protocol.schema.lists import Analyte
from trials.reading import Reading
from visits.forms.kinds.lab import COMPARATORS, split_comparator
from visits.forms.kinds.number import without_minus_zero
from visits.models import LabResult

_FIELDS = (
    *("subject__site__code", "subject__label", "visit__code", "visit__sequence", "visit__done_on"),
    *("entry__form", "entry__slot", "entry_id", "sampled_on", "analyte", "text", "unit", "standard_text"),
    *("standard_unit", "missing"),
)


def datasets(of: Reading) -> list[Dataset]:
    """One row for each analyte of each entry that is not withdrawn."""
    analytes: dict[str, Analyte] = {}
    missing: dict[str, str] = {}
    for protocol in of.protocols.values():
        for analyte in protocol.analytes:
            analytes.setdefault(analyte.id, analyte)
        for code in protocol.missing:
            missing.setdefault(code.code, code.label.text())
    closed = _closed(of)
    columns = _columns(analytes, missing)

    def rows() -> Iterator[Row]:
        found = of.rows(LabResult).order_by(
            *BY_SUBJECT,
            F("visit__position").asc(nulls_first=True),
            F("visit__sequence").asc(nulls_first=True),
            "entry__sequence",
            "entry_id",
            # Not by name: databases sort letters each in its own way. Results are stored in the order of the form.
            "id",
        )
        for *keys, slot, entry, sampled, name, text, unit, standard, standard_unit, why in of.stream(found, *_FIELDS):
            form = keys[-1]
            if (form, name) in closed:
                continue
            analyte = analytes.get(name)
            standards = (analyte.label.text(), analyte.group, analyte.cdisc) if analyte else ("", "", "")
            typed, converted = _parts(text), _parts(standard)
            yield [
                of.trial.code,
                *map(text_of, keys),
                *(slot, str(entry), sampled, name, *standards),
                *(text, *typed, unit),
                *(converted[1], standard_unit, why),
            ]

    left_out = tuple(dict.fromkeys(closed.values()))
    return [Dataset("lab_results", "Laboratory results, one row for each", columns, rows, left_out)]


def _columns(analytes: dict[str, Analyte], missing: dict[str, str]) -> tuple[Column, ...]:
    units = {unit.unit: unit.unit for analyte in analytes.values() for unit in analyte.units}
    return (
        *KEYS,
        Column("VISIT", "Visit; empty for what belongs to no visit"),
        Column("VISIT_SEQ", "Which of the visits of this name", "integer"),
        Column("VISIT_DATE", "Day of the visit", "date"),
        Column("FORM", "Form"),
        Column("SLOT", "Place in the case book"),
        Column("ENTRY", "Key of the entry"),
        Column("SAMPLED_ON", "Day of the sample", "partial_date"),
        Column("ANALYTE", "Analyte", "code", choices={key: each.label.text() for key, each in analytes.items()}),
        Column("ANALYTE_LABEL", "Analyte in words"),
        Column("ANALYTE_GROUP", "Group of the analyte"),
        Column("LBTESTCD", "Analyte in CDISC's terms"),
        Column("TYPED", "Result as typed"),
        Column("COMPARATOR", "Comparator of the result", "code", choices=COMPARATORS),
        Column("RESULT", "Number of the result, in the unit it was typed in", "decimal", missing=missing),
        Column("UNIT", "Unit of the result", "code", choices=units),
        Column("STANDARD", "Number in the standard unit of the analyte; the comparator is the same", "decimal"),
        Column("STANDARD_UNIT", "Standard unit of the analyte"),
        Column("RESULT_MISS", "Why there is no result", "missing_code", choices=missing),
    )


def _closed(of: Reading) -> dict[tuple[str, str], LeftOut]:
    """The analytes of a form that this reader may not see."""
    return {
        (form.id, item.analyte or item.id): of.withheld[f"{form.id}.{item.id}"]
        for protocol in of.protocols.values()
        for form in protocol.forms
        for item in form.all_items()
        if item.kind == "lab" and f"{form.id}.{item.id}" in of.withheld
    }


def _parts(text: str) -> tuple[str, str]:
    """Comparator and number of a result; both empty when there is none."""
    comparator, digits = split_comparator(text)
    return comparator, without_minus_zero(digits) if digits else ""
