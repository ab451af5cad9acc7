"""Adverse events over the API: recorded, listed, their report changed, and withdrawn."""

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event, save_event_report, withdraw_event
from adverse_events.queries.events import event_for
from adverse_events.queries.places import place_of_event
from adverse_events.queries.records import events_about, events_in
from adverse_events.serializers import (
    EVENT_ORDERS,
    EventOpened,
    EventParameters,
    EventShape,
    SubjectEventParameters,
)
from edc.errors import Conflict
from edc.rest.preconditions import base_revision
from edc.rest.schema import IF_MATCH, documented
from edc.rest.views import Api
from trials.queries import subject_by_id, trial_by_code
from visits.queries.records import filled
from visits.serializers import BY_TIME, FilledShape, FormSaved, ReasonGiven, narrowing
from visits.viewsets.entries import show

EVENT = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "subject": "01890a5d-ac96-774b-bcce-b302099a8058",
    "subject_label": "BJ-0001",
    "number": 1,
    "term": "Fever",
    "grade": "2",
    "serious": False,
    "onset": "2026-03-10",
    "ended": "",
    "withdrawn": False,
    "withdrawn_note": "",
    "revision": 1,
}
REPORT = {"key": EVENT["id"], "values": {"AETERM": "Fever", "AESTDAT": "2026-03-10", "AEGRADE": "2", "AESER": "N"}}


class Events(Api):
    """Adverse events and their reports."""

    asks: ClassVar = {"list": SubjectEventParameters, "of_trial": EventParameters}

    @documented("trial_events", "List the adverse events of a trial", page_of=EventShape, asks=EventParameters)
    def of_trial(self, request: Request, code: str) -> Response:
        rows = events_in(self.actor, trial_by_code(self.actor, code))
        conditions = narrowing(self.asked, site="subject__site__code", subject="subject_id")
        return self.shown(self.page(rows.filter(**conditions), BY_TIME), EventShape)

    @documented(
        "events_list",
        "List the adverse events of a participant",
        page_of=EventShape,
        asks=SubjectEventParameters,
        example={"results": [EVENT], "next": None},
    )
    def list(self, request: Request, subject_id: uuid.UUID) -> Response:
        rows = events_about(self.actor, subject_by_id(self.actor, subject_id))
        return self.shown(self.page(rows, EVENT_ORDERS), EventShape)

    @documented(
        "event_open",
        "Record an adverse event with the site's report",
        answer=EventShape,
        status=201,
        body=EventOpened,
        body_example=REPORT,
    )
    def open(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject, sent = subject_by_id(self.actor, subject_id), self.sent(EventOpened)
        return self._event(open_event(by=self.actor, subject=subject, key=sent["key"], data=sent["values"]), status=201)

    @documented("event", "Show one adverse event", answer=EventShape, example=EVENT)
    def retrieve(self, request: Request, event_id: uuid.UUID) -> Response:
        return self._event(event_for(self.actor, event_id))

    @documented("event_report", "Show the site's report of an event", answer=FilledShape)
    def report(self, request: Request, event_id: uuid.UUID) -> Response:
        return show(filled(self.actor, place_of_event(event_for(self.actor, event_id))))

    @documented(
        "event_report_save",
        "Save the site's report of an event: answers that are left out stay as they are",
        answer=FilledShape,
        body=FormSaved,
        headers=(IF_MATCH,),
        refusals=(412, 428),
        body_example={"values": {"AEGRADE": "3"}, "reason": "Worse than first reported"},
    )
    def save(self, request: Request, event_id: uuid.UUID) -> Response:
        event = event_for(self.actor, event_id)
        place = filled(self.actor, place_of_event(event)).place
        base, sent = base_revision(request), self.sent(FormSaved)
        given = {"data": sent["values"], "reason": sent["reason"], "key": sent["key"]}
        try:
            save_event_report(by=self.actor, event=event, base_revision=base, **given)
        except Conflict as error:
            now = FilledShape(filled(self.actor, place)).data
            raise Conflict(error.message, current=dict(now)) from error
        return show(filled(self.actor, place))

    @documented("event_withdraw", "Withdraw an event that was recorded in error", answer=EventShape, body=ReasonGiven)
    def withdraw(self, request: Request, event_id: uuid.UUID) -> Response:
        event = event_for(self.actor, event_id)
        return self._event(withdraw_event(by=self.actor, event=event, **self.sent(ReasonGiven)))

    def _event(self, event: AdverseEvent, status: int = 200) -> Response:
        shape: Any = EventShape(event, context={"actor": self.actor})
        return Response(shape.data, status=status, headers={"ETag": f'"{event.revision}"'})
