"""The dataset of adverse events: one row for each event, with the items of its report."""

from collections.abc import Iterator

from django.db.models import BooleanField, CharField, JSONField, OuterRef, Subquery, UUIDField

from adverse_events.models import AdverseEvent
from edc.exports.description import Column, Dataset, Row
from edc.exports.text import text_of
from trials.datasets import BY_SUBJECT, KEYS
from trials.reading import Reading
from visits.datasets.answers import FormColumns
from visits.datasets.entries import closed_form
from visits.models import Entry

_EVENT = (
    *KEYS,
    Column("EVENT", "Number of the event", "integer"),
    Column("TERM", "What happened, from the report"),
    Column("GRADE", "Grade, from the report"),
    Column("SERIOUS", "Serious by the trial's own definition", "code", choices={"Y": "serious", "N": "not serious"}),
    Column("ONSET", "Onset, from the report", "partial_date"),
    Column("ENDED", "End, from the report", "partial_date"),
    Column("WITHDRAWN", "Recorded in error", "code", choices={"Y": "recorded in error", "N": "valid"}),
    Column("WITHDRAWN_NOTE", "Why it was recorded in error"),
    Column("REPORT", "Key of the report"),
    Column("REPORT_STATUS", "Where the report stands", "code", choices=dict(Entry.Status.choices)),
    Column("REPORT_WITHDRAWN", "Report recorded in error", "code", choices={"Y": "recorded in error", "N": "valid"}),
    Column("PROTOCOL", "Protocol version of the report"),
)
_FIELDS = (
    *("subject__site__code", "subject__label", "number", "term", "grade", "serious", "onset", "ended", "withdrawn"),
    *("withdrawn_note", "report", "report_status", "report_withdrawn", "report_version", "report_values"),
)
_PROJECTED = {"grade_item": "GRADE", "term_item": "TERM", "onset_item": "ONSET", "end_item": "ENDED"}


def datasets(of: Reading) -> list[Dataset]:
    """Adverse events; none when the protocol has no form for them, or when the form tells an arm."""
    settings = next((each.adverse_events for each in of.protocols.values() if each.adverse_events), None)
    if settings is None or closed_form(of, settings.form) is not None:
        return []
    answers = FormColumns(of, settings.form, [column.name for column in _EVENT])
    closed = {
        column for part, column in _PROJECTED.items() if f"{settings.form}.{getattr(settings, part)}" in of.withheld
    }
    shown = [index for index, column in enumerate(_EVENT) if column.name not in closed]
    form = settings.form

    def rows() -> Iterator[Row]:
        reports = Entry.objects.filter(event_id=OuterRef("pk"), form=form, sequence=1)
        found = (
            of.rows(AdverseEvent)
            .annotate(
                report=Subquery(reports.values("id")[:1], output_field=UUIDField()),
                report_status=Subquery(reports.values("status")[:1], output_field=CharField()),
                report_withdrawn=Subquery(reports.values("withdrawn")[:1], output_field=BooleanField()),
                report_version=Subquery(reports.values("protocol_version_id")[:1], output_field=UUIDField()),
                report_values=Subquery(reports.values("values")[:1], output_field=JSONField()),
            )
            .order_by(*BY_SUBJECT, "number")
        )
        for *event, version, values in of.stream(found, *_FIELDS):
            texts = [of.trial.code, *map(text_of, event), of.version_names.get(version, "")]
            yield [*(texts[index] for index in shown), *answers.cells(version, values or {})]

    columns = (*(_EVENT[index] for index in shown), *answers.columns)
    return [Dataset("adverse_events", "Adverse events", columns, rows, tuple(answers.left_out))]
