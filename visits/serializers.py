"""Visits, infusions, forms and queries as the API shows and takes them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from edc.rest.fields import Choice, Day, Input, Key, Output, Reason, Text
from edc.rest.paging import PageParameters
from trials.models import EligibilityVerdict
from visits.models import Deviation, Entry, Infusion, Query, Visit
from visits.queries.records import Filled

VISIT_ORDERS = {"position": ("position", "sequence"), "-position": ("position", "sequence")}
INFUSION_ORDERS = {"number": ("number",), "-number": ("number",)}
BY_TIME = {"oldest": (), "-oldest": ()}
ENTRY_ORDERS = {"slot": ("slot",), "-slot": ("slot",), **BY_TIME}


class VisitShape(Output):
    """A visit of the calendar. Days are calendar days of the site."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    sequence = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    status = serializers.ChoiceField(Visit.Status.choices)
    planned_on = serializers.DateField(allow_null=True)
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    done_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    anchor = serializers.CharField(help_text="What it was planned from.")
    anchored_on = serializers.DateField(allow_null=True)
    revision = serializers.IntegerField()


class InfusionShape(Output):
    """A planned infusion. What was given stands in its form."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(Infusion.Status.choices)
    planned_on = serializers.DateField()
    earliest = serializers.DateField()
    latest = serializers.DateField()
    given_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    revision = serializers.IntegerField()


class EntryShape(Output):
    """A form that is filled in, without its answers."""

    id = serializers.UUIDField()
    slot = serializers.CharField(help_text="The place of the form, such as `visit:M3/1/LAB/1` or `log/CM/2`.")
    form = serializers.CharField()
    sequence = serializers.IntegerField()
    status = serializers.SerializerMethodField()
    visit = serializers.UUIDField(source="visit_id", allow_null=True)
    infusion = serializers.UUIDField(source="infusion_id", allow_null=True)
    event = serializers.UUIDField(source="event_id", allow_null=True)
    protocol_version = serializers.CharField(source="protocol_version.version")
    answered = serializers.SerializerMethodField()
    expected = serializers.SerializerMethodField()
    open_queries = serializers.SerializerMethodField()
    revision = serializers.IntegerField()

    def get_status(self, entry: Entry) -> str:
        return "withdrawn" if entry.withdrawn else entry.status

    def get_answered(self, entry: Entry) -> int:
        return self._cell(entry, "answered")

    def get_expected(self, entry: Entry) -> int:
        return self._cell(entry, "expected")

    def get_open_queries(self, entry: Entry) -> int:
        return self._cell(entry, "open_queries")

    def _cell(self, entry: Entry, name: str) -> int:
        return int(getattr(getattr(entry, "cell", None), name, 0))


class FilledShape(Output):
    """One form with its answers, as they are sent back to change it."""

    id = serializers.SerializerMethodField()
    subject = serializers.UUIDField(source="place.subject.pk")
    slot = serializers.CharField(source="place.slot")
    form = serializers.CharField(source="form.id")
    title = serializers.CharField(source="form.title")
    status = serializers.CharField(help_text="empty, in_progress, complete or withdrawn.")
    protocol_version = serializers.CharField(source="version.version")
    revision = serializers.IntegerField(help_text="The same as ETag; a save names it in If-Match.")
    values = serializers.DictField(
        help_text="Answers by item: text as typed, canonical value where it differs, unit, or missing code; "
        "groups are lists of rows, each with its `_row`."
    )
    withheld = serializers.ListField(child=serializers.CharField(), help_text="Items that your role may not see.")
    closed = serializers.CharField(help_text="Why nothing can be entered here; empty when it can.")

    def get_id(self, filled: Filled) -> str | None:
        return str(filled.entry.pk) if filled.entry else None


@extend_schema_field(OpenApiTypes.OBJECT)
class Answers(serializers.Field[Any, Any, Any, Any]):
    """Answers as they were sent: the form itself judges them, as it judges a page."""

    default_error_messages = {"required": "This is needed.", "null": "This is needed."}

    def to_internal_value(self, data: Any) -> Any:
        return data


class FormSaved(Input):
    """Answers to save. Items and rows that are left out stay as they are; null clears an answer."""

    values = Answers(
        help_text='Answers by item: `{"ALB": {"text": "34.5", "unit": "g/L"}}`, or the text alone, a missing code as '
        '`{"missing": "ND"}`, a group as a list of rows.'
    )
    reason = Reason(help_text="Why, where a saved answer changes.")
    key = Key(required=False, allow_null=True, default=None, help_text="Becomes the id of a new form.")


class ReasonGiven(Input):
    """Why."""

    reason = Reason()


class VisitDone(Input):
    """The day on which a visit took place."""

    done_on = Day()
    reason = Reason()


class VisitUnplanned(Input):
    """A visit that nobody planned. The same key twice is one visit."""

    key = Key(help_text="Becomes the visit's id.")
    on = Day()
    reason = Reason()


class VerdictShape(Output):
    """What is decided on one criterion, and on which values."""

    criterion = serializers.CharField()
    type = serializers.ChoiceField(("inclusion", "exclusion"))
    text = serializers.CharField()
    verdict = serializers.ChoiceField(EligibilityVerdict.Verdict.choices)
    decided_by = serializers.CharField(help_text="rule, investigator, or empty as long as nothing is decided.")
    note = serializers.CharField()
    evidence = serializers.DictField(help_text="The values that decided, with unit, entry and revision.")
    revision = serializers.IntegerField()


class Judgement(Input):
    """The investigator's judgement on a criterion that has no rule."""

    verdict = Choice(EligibilityVerdict.Verdict.choices)
    note = Text(required=False, default="", allow_blank=True)


class QueryShape(Output):
    """A question about an answer, or with an empty path about the form."""

    id = serializers.UUIDField()
    subject = serializers.UUIDField(source="subject_id")
    subject_label = serializers.CharField(source="subject.label")
    entry = serializers.UUIDField(source="entry_id")
    slot = serializers.CharField(source="entry.slot")
    path = serializers.CharField()
    opened_by = serializers.ChoiceField(Query.OpenedBy.choices)
    message = serializers.CharField()
    answer = serializers.CharField()
    closing_note = serializers.CharField()
    state = serializers.ChoiceField(Query.State.choices)
    revision = serializers.IntegerField()


class DeviationShape(Output):
    """A departure from the protocol."""

    id = serializers.UUIDField()
    subject = serializers.UUIDField(source="subject_id")
    subject_label = serializers.CharField(source="subject.label")
    kind = serializers.ChoiceField(Deviation.Kind.choices)
    occurred_on = serializers.DateField()
    message = serializers.CharField()
    visit = serializers.UUIDField(source="visit_id", allow_null=True)
    infusion = serializers.UUIDField(source="infusion_id", allow_null=True)
    entry = serializers.UUIDField(source="entry_id", allow_null=True)
    revision = serializers.IntegerField()


class QueryOpened(Input):
    """A question. The same key twice is one question."""

    key = Key(help_text="Becomes the query's id.")
    path = Text(required=False, default="", allow_blank=True, max_length=120, help_text="The item, such as `ALB`.")
    message = Text(allow_blank=True)


class QueryAnswered(Input):
    """The site's answer."""

    answer = Text(allow_blank=True)


class QueryClosed(Input):
    """Why it is closed, where nobody answered."""

    note = Text(required=False, default="", allow_blank=True)


class VisitParameters(PageParameters):
    """What the calendar is narrowed to, and its order."""

    order = Choice(list(VISIT_ORDERS), required=False, default="position", help_text="The order of the list.")
    status = Choice(Visit.Status.choices, required=False, default="", help_text="One status.")


class InfusionParameters(PageParameters):
    """The order of the infusions."""

    order = Choice(list(INFUSION_ORDERS), required=False, default="number", help_text="The order of the list.")
    status = Choice(Infusion.Status.choices, required=False, default="", help_text="One status.")


class EntryParameters(PageParameters):
    """What the list of forms is narrowed to, and its order."""

    order = Choice(list(ENTRY_ORDERS), required=False, default="slot", help_text="The order of the list.")
    form = Text(required=False, default="", max_length=40, help_text="A form's id.")
    status = Choice(Entry.Status.choices, required=False, default="", help_text="One status.")


class ListParameters(PageParameters):
    """What a list of a trial is narrowed to, and its order."""

    order = Choice(list(BY_TIME), required=False, default="oldest", help_text="Oldest first, or newest first.")
    site = Text(required=False, default="", max_length=20, help_text="A site's code.")
    subject = Key(required=False, default=None, help_text="A participant's id.")


class QueryParameters(ListParameters):
    """What the list of queries is narrowed to."""

    state = Choice(Query.State.choices, required=False, default="", help_text="One state.")


class DeviationParameters(ListParameters):
    """What the list of deviations is narrowed to."""

    kind = Choice(Deviation.Kind.choices, required=False, default="", help_text="One kind.")


def narrowing(asked: dict[str, Any], **columns: str) -> dict[str, Any]:
    """The conditions of a list: the column of each parameter that was given."""
    return {column: asked[name] for name, column in columns.items() if asked.get(name)}
