"""Adverse events as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from adverse_events.models import AdverseEvent
from adverse_events.queries.events import withheld_columns
from edc.rest.fields import Choice, Input, Key, Output, Text
from edc.rest.paging import PageParameters
from visits.serializers import BY_TIME, Answers

EVENT_ORDERS = {"number": ("number",), "-number": ("number",)}


class EventShape(Output):
    """An adverse event. Term, grade, dates and seriousness come from the site's report; null where withheld."""

    id = serializers.UUIDField()
    subject = serializers.UUIDField(source="subject_id")
    subject_label = serializers.CharField(source="subject.label")
    number = serializers.IntegerField()
    term = serializers.CharField(allow_null=True)
    grade = serializers.CharField(allow_null=True)
    serious = serializers.BooleanField(allow_null=True, help_text="Null where it is not known yet, or withheld.")
    onset = serializers.CharField(allow_null=True, help_text="ISO 8601; may be partial.")
    ended = serializers.CharField(allow_null=True, help_text="ISO 8601; may be partial.")
    withdrawn = serializers.BooleanField(help_text="Recorded in error.")
    withdrawn_note = serializers.CharField()
    revision = serializers.IntegerField()

    def to_representation(self, event: AdverseEvent) -> dict[str, Any]:
        shown = super().to_representation(event)
        protocol = event.subject.site.protocol_version.protocol
        hidden = withheld_columns(self.context["actor"], event.subject, protocol)
        return {name: None if name in hidden else part for name, part in shown.items()}


class EventOpened(Input):
    """An event to be recorded, with the site's report. The same key twice is one event."""

    key = Key(help_text="Becomes the event's id.")
    values = Answers(help_text='Answers of the report by item: `{"AETERM": "Fever", "AEGRADE": "2"}`.')


class SubjectEventParameters(PageParameters):
    """The order of a participant's events."""

    order = Choice(list(EVENT_ORDERS), required=False, default="number", help_text="The order of the list.")


class EventParameters(PageParameters):
    """What the list of a trial's events is narrowed to, and its order."""

    order = Choice(list(BY_TIME), required=False, default="oldest", help_text="Oldest first, or newest first.")
    site = Text(required=False, default="", max_length=20, help_text="A site's code.")
    subject = Key(required=False, default=None, help_text="A participant's id.")
