"""Trials, their sites and protocol versions, over the API. The queries are those of the pages."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from edc.rest.schema import documented
from edc.rest.views import Api
from trials.queries import sites_for, trial_by_code, trials_for, version_in_force, versions_of
from trials.serializers import SiteShape, TrialShape, VersionShape

TRIAL = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "code": "NCT01573923",
    "title": "Stem cells in liver failure",
    "revision": 1,
}


class Trials(Api):
    """The trials in which somebody has a role."""

    @documented(
        "trials_list", "List the trials in which you have a role", answer=TrialShape(many=True), example=[TRIAL]
    )
    def list(self, request: Request) -> Response:
        return Response(TrialShape(trials_for(self.actor), many=True).data)

    @documented("trial", "Show one trial", answer=TrialShape, example=TRIAL)
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(TrialShape(trial_by_code(self.actor, code)).data)

    @documented("sites", "List the sites of a trial at which you have a role", answer=SiteShape(many=True))
    def sites(self, request: Request, code: str) -> Response:
        trial = trial_by_code(self.actor, code)
        return Response(SiteShape(sites_for(self.actor, trial), many=True).data)

    @documented("protocol_versions", "List the versions of a trial's protocol", answer=VersionShape(many=True))
    def versions(self, request: Request, code: str) -> Response:
        trial = trial_by_code(self.actor, code)
        return Response(VersionShape(versions_of(self.actor, trial), many=True).data)

    @documented("protocol", "Show one version of the protocol, whole, as it was loaded", answer=dict[str, Any])
    def protocol(self, request: Request, code: str, version: str) -> HttpResponse:
        trial = trial_by_code(self.actor, code)
        found = version_in_force(self.actor, trial, version)
        # The very text whose SHA-256 is on record, byte for byte.
        return HttpResponse(found.canonical, content_type="application/json")
