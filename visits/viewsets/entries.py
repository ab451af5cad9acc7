"""Forms: read with their answers and saved by revision, with the very sentences of the page."""

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from edc.access.roles import Permission
from edc.errors import Conflict
from edc.rest.preconditions import base_revision, etag
from edc.rest.schema import IF_MATCH, IF_NONE_MATCH, documented
from edc.rest.views import Api
from trials.models import Subject
from trials.queries import subject_by_id
from visits.models import Entry
from visits.operations.entry import parse_slot, save_entry, withdraw_entry
from visits.operations.infusions import record_infusion
from visits.queries.found import entry_for
from visits.queries.places import place_of_entry
from visits.queries.records import Filled, entries_of, filled, filled_at
from visits.rules.slots import Slot
from visits.serializers import (
    ENTRY_ORDERS,
    EntryParameters,
    EntryShape,
    FilledShape,
    FormSaved,
    ReasonGiven,
    narrowing,
)

FORM = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "subject": "01890a5d-ac96-774b-bcce-b302099a8058",
    "slot": "visit:M3/1/LAB/1",
    "form": "LAB",
    "title": "Laboratory",
    "status": "in_progress",
    "protocol_version": "1.0",
    "revision": 2,
    "values": {
        "LBDAT": {"text": "10 jun 2026", "value": "2026-06-10"},
        "ALB": {"text": "34.5", "unit": "g/L"},
        "HBVDNA": {"text": "<20", "unit": "IU/mL"},
        "ALT": {"missing": "ND"},
    },
    "withheld": [],
    "closed": "",
}
SAVE = {"values": {"ALB": {"text": "34.6", "unit": "g/L"}}, "reason": "Read wrongly from the report"}
WRONG = {"ALB": ["“1,5” is not a number as it is written here. Use a point: 1.5."]}


class Entries(Api):
    """The forms of a participant, by their place: `visit:M3/1/LAB/1`, `infusion:2/INF/1`, `log/CM/4`."""

    asks: ClassVar = {"list": EntryParameters}

    @documented("entries_list", "List the forms filled in for a participant", page_of=EntryShape, asks=EntryParameters)
    def list(self, request: Request, subject_id: uuid.UUID) -> Response:
        rows = entries_of(self.actor, subject_by_id(self.actor, subject_id))
        narrowed = rows.filter(**narrowing(self.asked, form="form", status="status"))
        return self.shown(self.page(narrowed, ENTRY_ORDERS), EntryShape)

    @documented("entry", "Show one form with its answers", answer=FilledShape, example=FORM)
    def retrieve(self, request: Request, subject_id: uuid.UUID, slot: str) -> Response:
        subject = subject_by_id(self.actor, subject_id)
        return show(filled_at(self.actor, subject, parse_slot(slot)))

    @documented(
        "entry_save",
        "Save one form: answers that are left out stay as they are",
        answer=FilledShape,
        body=FormSaved,
        headers=(IF_MATCH, IF_NONE_MATCH),
        refusals=(412, 428),
        example=FORM,
        body_example=SAVE,
        errors=WRONG,
    )
    def save(self, request: Request, subject_id: uuid.UUID, slot: str) -> Response:
        subject, where = subject_by_id(self.actor, subject_id, Permission.ENTRY_VIEW), parse_slot(slot)
        base, sent = base_revision(request), self.sent(FormSaved)
        given = {"by": self.actor, "data": sent["values"], "reason": sent["reason"], "key": sent["key"]}
        try:
            saved = self._save(subject, where, base_revision=base, **given)
        except Conflict as error:
            now = FilledShape(filled_at(self.actor, subject, where)).data
            raise Conflict(error.message, current=dict(now)) from error
        return show(filled(self.actor, place_of_entry(saved), saved))

    @documented("entry_withdraw", "Withdraw a form that was recorded in error", answer=FilledShape, body=ReasonGiven)
    def withdraw(self, request: Request, entry_id: uuid.UUID) -> Response:
        entry = entry_for(self.actor, entry_id)
        filled_at(self.actor, entry.subject, parse_slot(entry.slot))
        withdraw_entry(by=self.actor, entry=entry, **self.sent(ReasonGiven))
        return show(filled_at(self.actor, entry.subject, parse_slot(entry.slot)))

    def _save(self, subject: Subject, slot: Slot, **given: Any) -> Entry:
        """Save through the operation that the place belongs to."""
        if slot.kind == "infusion":
            infusion = filled_at(self.actor, subject, slot).place.infusion
            return record_infusion(infusion=infusion, **given)
        return save_entry(subject=subject, slot=str(slot), **given)


def show(form: Filled) -> Response:
    """A form as an answer, with the revision that a save names."""
    return Response(FilledShape(form).data, headers=etag(form.revision))
