"""The calendar of a participant: visits and infusions, and what is recorded of them."""

import uuid
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from edc.rest.schema import documented
from edc.rest.views import Api
from trials.queries import subject_by_id
from visits.models import Infusion, Visit
from visits.operations.infusions import mark_not_given, undo_infusion
from visits.operations.visits import add_unscheduled, mark_missed, record_visit, undo_visit
from visits.queries.found import infusion_for, visit_for
from visits.queries.records import infusions_of, visits_of
from visits.serializers import (
    INFUSION_ORDERS,
    VISIT_ORDERS,
    InfusionParameters,
    InfusionShape,
    ReasonGiven,
    VisitDone,
    VisitParameters,
    VisitShape,
    VisitUnplanned,
    narrowing,
)

VISIT = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "code": "M3",
    "sequence": 1,
    "label": "Month 3",
    "status": "done",
    "planned_on": "2026-06-09",
    "earliest": "2026-05-26",
    "latest": "2026-06-23",
    "done_on": "2026-06-10",
    "note": "",
    "anchor": "baseline",
    "anchored_on": "2026-03-09",
    "revision": 2,
}


class Visits(Api):
    """Visits, planned and not."""

    asks: ClassVar = {"list": VisitParameters}

    @documented(
        "visits_list",
        "List the visits of a participant",
        page_of=VisitShape,
        asks=VisitParameters,
        example={"results": [VISIT], "next": None},
    )
    def list(self, request: Request, subject_id: uuid.UUID) -> Response:
        rows = visits_of(self.actor, subject_by_id(self.actor, subject_id))
        return self.shown(self.page(rows.filter(**narrowing(self.asked, status="status")), VISIT_ORDERS), VisitShape)

    @documented(
        "visit_add",
        "Add a visit that nobody planned",
        answer=VisitShape,
        status=201,
        body=VisitUnplanned,
        body_example={"key": VISIT["id"], "on": "2026-04-01", "reason": "Fever"},
    )
    def add(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return self._visit(add_unscheduled(by=self.actor, subject=subject, **self.sent(VisitUnplanned)), status=201)

    @documented("visit", "Show one visit", answer=VisitShape, example=VISIT)
    def retrieve(self, request: Request, visit_id: uuid.UUID) -> Response:
        return self._visit(self._found(visit_id))

    @documented(
        "visit_record",
        "Record the day on which a visit took place",
        answer=VisitShape,
        body=VisitDone,
        body_example={"done_on": "2026-06-10"},
        errors={"done_on": ["2030-01-01 is in the future. Today is 2026-06-11 at Beijing."]},
    )
    def record(self, request: Request, visit_id: uuid.UUID) -> Response:
        return self._visit(record_visit(by=self.actor, visit=self._found(visit_id), **self.sent(VisitDone)))

    @documented("visit_missed", "Record that a visit was missed, and why", answer=VisitShape, body=ReasonGiven)
    def missed(self, request: Request, visit_id: uuid.UUID) -> Response:
        return self._visit(mark_missed(by=self.actor, visit=self._found(visit_id), **self.sent(ReasonGiven)))

    @documented("visit_undo", "Take back what was recorded of a visit in error", answer=VisitShape, body=ReasonGiven)
    def undo(self, request: Request, visit_id: uuid.UUID) -> Response:
        return self._visit(undo_visit(by=self.actor, visit=self._found(visit_id), **self.sent(ReasonGiven)))

    def _found(self, visit_id: uuid.UUID) -> Visit:
        return visit_for(self.actor, visit_id)

    def _visit(self, visit: Visit, status: int = 200) -> Response:
        return Response(VisitShape(visit).data, status=status, headers={"ETag": f'"{visit.revision}"'})


class Infusions(Api):
    """Infusions: their plan and their state. Their forms are filled in like any other."""

    asks: ClassVar = {"list": InfusionParameters}

    @documented("infusions_list", "List the infusions of a participant", page_of=InfusionShape, asks=InfusionParameters)
    def list(self, request: Request, subject_id: uuid.UUID) -> Response:
        rows = infusions_of(self.actor, subject_by_id(self.actor, subject_id))
        narrowed = rows.filter(**narrowing(self.asked, status="status"))
        return self.shown(self.page(narrowed, INFUSION_ORDERS), InfusionShape)

    @documented(
        "infusion_not_given", "Record that an infusion is not given, and why", answer=InfusionShape, body=ReasonGiven
    )
    def not_given(self, request: Request, subject_id: uuid.UUID, number: int) -> Response:
        infusion = self._found(subject_id, number)
        return self._infusion(mark_not_given(by=self.actor, infusion=infusion, **self.sent(ReasonGiven)))

    @documented(
        "infusion_undo",
        "Take back what was recorded of an infusion in error",
        answer=InfusionShape,
        body=ReasonGiven,
    )
    def undo(self, request: Request, subject_id: uuid.UUID, number: int) -> Response:
        infusion = self._found(subject_id, number)
        return self._infusion(undo_infusion(by=self.actor, infusion=infusion, **self.sent(ReasonGiven)))

    def _found(self, subject_id: uuid.UUID, number: int) -> Infusion:
        return infusion_for(self.actor, subject_by_id(self.actor, subject_id), number)

    def _infusion(self, infusion: Infusion) -> Response:
        return Response(InfusionShape(infusion).data, headers={"ETag": f'"{infusion.revision}"'})
