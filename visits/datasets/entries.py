"""One wide dataset for each form, one row for each entry; a repeating group is a dataset of its own."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F

from edc.exports.description import Column, Dataset, Information, LeftOut, Row
from edc.exports.text import text_of
from trials.datasets import BY_SUBJECT, KEYS
from trials.protocol.schema.forms import Form
from trials.reading import WHY, Reading
from visits.datasets.answers import FormColumns
from visits.models import Entry
from visits.rules.slots import Slot

ENTRY_KEYS = (
    *KEYS,
    Column("VISIT", "Visit; empty for what belongs to no visit"),
    Column("VISIT_SEQ", "Which of the visits of this name", "integer"),
    Column("VISIT_DATE", "Day of the visit", "date"),
    Column("INFUSION", "Number of the infusion", "integer"),
    Column("EVENT", "Number of the adverse event", "integer"),
    Column("FORM", "Form"),
    Column("FORM_SEQ", "Which of the entries of this form", "integer"),
    Column("SLOT", "Place in the case book"),
    Column("ENTRY", "Key of the entry"),
    Column("PROTOCOL", "Protocol version of the entry"),
    Column("ENTRY_STATUS", "Where the entry stands", "code", choices=dict(Entry.Status.choices)),
    Column("WITHDRAWN", "Recorded in error", "code", choices={"Y": "recorded in error", "N": "valid"}),
)
_FIELDS = (
    *("subject__site__code", "subject__label", "visit__code", "visit__sequence", "visit__done_on"),
    *("infusion__number", "form", "sequence", "slot", "id", "protocol_version_id", "status", "withdrawn", "values"),
)
ROW = Column("ROW", "Row of the group; its key stays the same when others go")


def datasets(of: Reading) -> list[Dataset]:
    """A dataset for each form of any version, and one for each of its repeating groups."""
    return [dataset for form in forms_of(of) for dataset in _of_form(of, form)]


def forms_of(of: Reading) -> list[Form]:
    """Every form of any version, as the newest version that has it describes it."""
    forms: dict[str, Form] = {}
    for protocol in of.protocols.values():
        for form in protocol.forms:
            forms.setdefault(form.id, form)
    return list(forms.values())


def closed_form(of: Reading, form_id: str) -> LeftOut | None:
    """Why a whole form is left out; None when it is not."""
    for protocol in of.protocols.values():
        form = protocol.forms_by_id.get(form_id)
        if form is not None and not of.includes(form.class_):
            return LeftOut(f"{form.title.text()} ({form.id})", WHY[Information(form.class_)])
    return None


def closed_forms(of: Reading) -> dict[str, LeftOut]:
    """The forms that are left out whole, and why."""
    return {form.id: closed for form in forms_of(of) if (closed := closed_form(of, form.id)) is not None}


def event_number(slot: str) -> int | None:
    """The number of the adverse event that a slot belongs to."""
    return Slot.parse(slot).occasion if slot.startswith("event:") else None


def _of_form(of: Reading, form: Form) -> list[Dataset]:
    if closed_form(of, form.id) is not None:
        return []
    groups = {
        group.id: group.title.text()
        for protocol in reversed(of.protocols.values())
        if form.id in protocol.forms_by_id
        for group in protocol.form(form.id).groups()
    }
    whole = _wide(of, form)
    return [whole, *(_group(of, form, group_id, title) for group_id, title in groups.items())]


def _wide(of: Reading, form: Form) -> Dataset:
    answers = FormColumns(of, form.id, [column.name for column in ENTRY_KEYS])

    def rows() -> Iterator[Row]:
        for keys, version, values in _entries(of, form.id):
            yield [*keys, *answers.cells(version, values)]

    columns = (*ENTRY_KEYS, *answers.columns)
    return Dataset(f"form_{form.id}", form.title.text(), columns, rows, tuple(answers.left_out))


def _group(of: Reading, form: Form, group_id: str, title: str) -> Dataset:
    keys_and_row = (*ENTRY_KEYS, ROW)
    answers = FormColumns(of, form.id, [column.name for column in keys_and_row], group_id)

    def rows() -> Iterator[Row]:
        for keys, version, values in _entries(of, form.id):
            for row in values.get(group_id, ()):
                yield [*keys, row["_row"], *answers.cells(version, row)]

    columns = (*keys_and_row, *answers.columns)
    name = f"form_{form.id}__{group_id}"
    return Dataset(name, f"{form.title.text()}: {title}", columns, rows, tuple(answers.left_out))


def _entries(of: Reading, form_id: str) -> Iterator[tuple[list[str], UUID, dict[str, Any]]]:
    """The keys, the version and the stored answers of every entry of a form, in one query."""
    found = (
        of.rows(Entry)
        .filter(form=form_id)
        .order_by(
            *BY_SUBJECT,
            # Said outright, for the two databases would put what has no visit at opposite ends.
            F("visit__position").asc(nulls_first=True),
            F("visit__sequence").asc(nulls_first=True),
            F("infusion__number").asc(nulls_first=True),
            "sequence",
            "id",
        )
    )
    for *place, form, sequence, slot, key, version, status, withdrawn, values in of.stream(found, *_FIELDS):
        texts = map(text_of, (*place, event_number(slot), form, sequence, slot, key))
        keys = [of.trial.code, *texts, of.version_names[version], status, text_of(withdrawn)]
        yield keys, version, values
