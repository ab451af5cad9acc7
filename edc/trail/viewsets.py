"""The audit trail over the API: the acts that the pages show, to whoever the pages show them."""

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from edc.audit.models import Act
from edc.rest.paging import Page
from edc.rest.schema import documented
from edc.rest.views import Api
from edc.trail import queries
from edc.trail.classes import Reader
from edc.trail.filters import TrailFilter
from edc.trail.serializers import TRAIL_ORDERS, ActShape, TrailParameters
from edc.trail.words import Words
from trials.models import Trial

ACT = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "at": "2026-03-02T08:30:00.000000Z",
    "at_site": "2026-03-02 16:30",
    "person": "Ada Coordinator",
    "username": "coordinator_a",
    "role": "coordinator",
    "organisation": "First Hospital",
    "operation": "visits.save_entry",
    "sentence": "Laboratory at Month 3 saved",
    "outcome": "done",
    "reason": "Read wrongly from the report",
    "channel": "api",
    "software": "0.1.0",
    "trial": "NCT01573923",
    "site": "BJ",
    "subject": "01890a5d-ac96-774b-bcce-b302099a8058",
    "subject_label": "BJ-0001",
    "where": "Laboratory, Month 3",
    "record": "01890a5d-ac96-774b-bcce-b302099a8059",
    "changes": [
        {"label": "Albumin", "path": "ALB", "table": "visits.entry", "old": "34.5 g/L", "new": "34.6 g/L"},
    ],
}
EXAMPLE = {"results": [ACT], "next": None}


class Trail(Api):
    """Acts, each with what changed."""

    asks: ClassVar = dict.fromkeys(("of_trial", "of_subject", "of_entry"), TrailParameters)

    @documented("trail", "List the acts of a trial", page_of=ActShape, asks=TrailParameters, example=EXAMPLE)
    def of_trial(self, request: Request, code: str) -> Response:
        trial = queries.trial_for_trail(self.actor, code)
        return self._acts(queries.acts_of_trial(self.actor, trial), trial)

    @documented("subject_trail", "List the acts about one participant", page_of=ActShape, asks=TrailParameters)
    def of_subject(self, request: Request, subject_id: uuid.UUID) -> Response:
        subject = queries.subject_for_trail(self.actor, subject_id)
        return self._acts(queries.acts_of_subject(self.actor, subject), subject.trial)

    @documented("entry_trail", "List the acts about one form", page_of=ActShape, asks=TrailParameters)
    def of_entry(self, request: Request, entry_id: uuid.UUID) -> Response:
        entry = queries.entry_for_trail(self.actor, entry_id)
        return self._acts(queries.acts_of_entry(self.actor, entry), entry.subject.trial)

    def _acts(self, acts: QuerySet[Act], trial: Trial) -> Response:
        narrow: dict[str, Any] = {
            name: part for name, part in self.asked.items() if part and name not in {"order", "after", "limit"}
        }
        found = self.page(acts.filter(TrailFilter(**narrow).condition()), TRAIL_ORDERS)
        zones = {site.pk: site.time_zone for site in queries.readable_sites(self.actor, trial)}
        words = Words(Reader(self.actor), found.results, zones, "default")
        return self.shown(Page([words.row(act) for act in found.results], found.next), ActShape)
