"""Queries and deviations: what is asked about answers, and what departed from the protocol."""

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from edc.access.roles import Permission
from edc.errors import NotAllowed
from edc.rest.schema import documented
from edc.rest.views import Api
from trials.queries import need, trial_by_code
from visits.models import Query
from visits.operations.queries import answer_query, close_query, open_query, reopen_query
from visits.queries.classes import may_know
from visits.queries.found import entry_for, query_for
from visits.queries.lists import deviations_in, queries_in
from visits.serializers import (
    BY_TIME,
    DeviationParameters,
    DeviationShape,
    QueryAnswered,
    QueryClosed,
    QueryOpened,
    QueryParameters,
    QueryShape,
    ReasonGiven,
    narrowing,
)

QUERY = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "subject": "01890a5d-ac96-774b-bcce-b302099a8058",
    "subject_label": "BJ-0001",
    "entry": "01890a5d-ac96-774b-bcce-b302099a8059",
    "slot": "visit:M3/1/LAB/1",
    "path": "ALB",
    "opened_by": "check",
    "message": "Albumin is outside its plausible range.",
    "answer": "",
    "closing_note": "",
    "state": "open",
    "revision": 1,
}


class Queries(Api):
    """Queries of a trial, asked, answered and closed."""

    asks: ClassVar = {"list": QueryParameters}

    @documented(
        "queries_list",
        "List the queries of a trial",
        page_of=QueryShape,
        asks=QueryParameters,
        example={"results": [QUERY], "next": None},
    )
    def list(self, request: Request, code: str) -> Response:
        trial = trial_by_code(self.actor, code)
        need(self.actor, Permission.ENTRY_VIEW, trial)
        rows = queries_in(self.actor, trial).select_related("subject", "entry")
        conditions = narrowing(self.asked, state="state", site="subject__site__code", subject="subject_id")
        return self.shown(self.page(rows.filter(**conditions), BY_TIME), QueryShape)

    @documented(
        "query_open",
        "Ask about an answer, or with an empty path about the form",
        answer=QueryShape,
        status=201,
        body=QueryOpened,
        body_example={"key": QUERY["id"], "path": "ALB", "message": "Is this the value of the report?"},
    )
    def open(self, request: Request, entry_id: uuid.UUID) -> Response:
        entry = entry_for(self.actor, entry_id)
        query = open_query(by=self.actor, entry=entry, **self.sent(QueryOpened))
        return self._query(query, status=201)

    @documented("query", "Show one query", answer=QueryShape, example=QUERY)
    def retrieve(self, request: Request, query_id: uuid.UUID) -> Response:
        return self._query(self._found(query_id))

    @documented("query_answer", "Answer a query", answer=QueryShape, body=QueryAnswered)
    def answer(self, request: Request, query_id: uuid.UUID) -> Response:
        return self._query(answer_query(by=self.actor, query=self._found(query_id), **self.sent(QueryAnswered)))

    @documented("query_close", "Close a query", answer=QueryShape, body=QueryClosed)
    def close(self, request: Request, query_id: uuid.UUID) -> Response:
        return self._query(close_query(by=self.actor, query=self._found(query_id), **self.sent(QueryClosed)))

    @documented("query_reopen", "Open a query again", answer=QueryShape, body=ReasonGiven)
    def reopen(self, request: Request, query_id: uuid.UUID) -> Response:
        return self._query(reopen_query(by=self.actor, query=self._found(query_id), **self.sent(ReasonGiven)))

    def _found(self, query_id: uuid.UUID) -> Query:
        query = query_for(self.actor, query_id)
        if not may_know(self.actor, query.scope(), query.blinding):
            raise NotAllowed
        return query

    def _query(self, query: Query, status: int = 200) -> Response:
        shape: Any = QueryShape(query)
        return Response(shape.data, status=status, headers={"ETag": f'"{query.revision}"'})


class Deviations(Api):
    """Departures from the protocol."""

    asks: ClassVar = {"list": DeviationParameters}

    @documented("deviations_list", "List the deviations of a trial", page_of=DeviationShape, asks=DeviationParameters)
    def list(self, request: Request, code: str) -> Response:
        trial = trial_by_code(self.actor, code)
        need(self.actor, Permission.DEVIATION_VIEW, trial)
        rows = deviations_in(self.actor, trial).filter(withdrawn=False).select_related("subject")
        conditions = narrowing(self.asked, kind="kind", site="subject__site__code", subject="subject_id")
        return self.shown(self.page(rows.filter(**conditions), BY_TIME), DeviationShape)
