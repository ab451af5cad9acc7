"""Every address of the API, version 1. What an address does stands with its app; this file only says where it hangs."""

from typing import Any

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from adverse_events.viewsets import Events
from edc.extracts.viewsets import Datasets
from edc.rest.tokens import MakeToken, Tokens
from edc.rest.views import NotThere
from edc.trail.viewsets import Trail
from trials.viewsets import Trials
from visits.viewsets.entries import Entries
from visits.viewsets.participants import Participants
from visits.viewsets.queries import Deviations, Queries
from visits.viewsets.visits import Infusions, Visits


class Description(SpectacularJSONAPIView):
    """The description of the API (OpenAPI 3), for programs. Open to all: it says nothing about any trial."""

    schema = None
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        return self._get_schema_response(request)


class Manual(SpectacularSwaggerSplitView):
    """The description as a page. Everything on it comes from this server."""

    schema = None
    url_name = "api:schema"
    template_name = "api/manual.html"
    title = "EDC API"
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]


def to(view: type[ViewSetMixin], **methods: str) -> Any:
    """The view for one address: HTTP methods and what they do."""
    actions: dict[str, Any] = dict(methods)
    return view.as_view(actions)


app_name = "api"
urlpatterns: list[URLPattern] = [
    path("schema", Description.as_view(), name="schema"),
    path("docs", Manual.as_view(), name="docs"),
    path("token", to(MakeToken, post="make"), name="token"),
    path("tokens", to(Tokens, get="list"), name="tokens"),
    path("tokens/<str:token>", to(Tokens, delete="revoke"), name="token_revoke"),
    path("trials", to(Trials, get="list"), name="trials"),
    path("trials/<str:code>", to(Trials, get="retrieve"), name="trial"),
    path("trials/<str:code>/sites", to(Trials, get="sites"), name="sites"),
    path("trials/<str:code>/protocols", to(Trials, get="versions"), name="protocols"),
    path("trials/<str:code>/protocols/<str:version>", to(Trials, get="protocol"), name="protocol"),
    path("trials/<str:code>/subjects", to(Participants, get="list", post="screen"), name="subjects"),
    path("trials/<str:code>/queries", to(Queries, get="list"), name="queries"),
    path("trials/<str:code>/deviations", to(Deviations, get="list"), name="deviations"),
    path("trials/<str:code>/events", to(Events, get="of_trial"), name="trial_events"),
    path("trials/<str:code>/trail", to(Trail, get="of_trial"), name="trail"),
    path("trials/<str:code>/datasets", to(Datasets, get="list", post="download"), name="datasets"),
    path("subjects/<uuid:subject_id>", to(Participants, get="retrieve"), name="subject"),
    path("subjects/<uuid:subject_id>/consent", to(Participants, get="consent", post="record_consent"), name="consent"),
    path("subjects/<uuid:subject_id>/consent/withdraw", to(Participants, post="withdraw_consent"), name="withdrawal"),
    path("subjects/<uuid:subject_id>/eligibility", to(Participants, get="eligibility"), name="eligibility"),
    path("subjects/<uuid:subject_id>/eligibility/evaluate", to(Participants, post="evaluate"), name="evaluate"),
    path("subjects/<uuid:subject_id>/eligibility/<str:criterion>", to(Participants, put="judge"), name="judge"),
    path("subjects/<uuid:subject_id>/arm", to(Participants, post="arm"), name="arm"),
    path("subjects/<uuid:subject_id>/screen-failure", to(Participants, post="screen_failure"), name="screen_failure"),
    path("subjects/<uuid:subject_id>/end", to(Participants, post="end"), name="end"),
    path("subjects/<uuid:subject_id>/visits", to(Visits, get="list", post="add"), name="visits"),
    path("subjects/<uuid:subject_id>/infusions", to(Infusions, get="list"), name="infusions"),
    path(
        "subjects/<uuid:subject_id>/infusions/<int:number>/not-given",
        to(Infusions, post="not_given"),
        name="infusion_not_given",
    ),
    path("subjects/<uuid:subject_id>/infusions/<int:number>/undo", to(Infusions, post="undo"), name="infusion_undo"),
    path("subjects/<uuid:subject_id>/entries", to(Entries, get="list"), name="entries"),
    path("subjects/<uuid:subject_id>/entries/<path:slot>", to(Entries, get="retrieve", put="save"), name="entry"),
    path("subjects/<uuid:subject_id>/events", to(Events, get="list", post="open"), name="events"),
    path("subjects/<uuid:subject_id>/trail", to(Trail, get="of_subject"), name="subject_trail"),
    path("visits/<uuid:visit_id>", to(Visits, get="retrieve"), name="visit"),
    path("visits/<uuid:visit_id>/record", to(Visits, post="record"), name="visit_record"),
    path("visits/<uuid:visit_id>/missed", to(Visits, post="missed"), name="visit_missed"),
    path("visits/<uuid:visit_id>/undo", to(Visits, post="undo"), name="visit_undo"),
    path("entries/<uuid:entry_id>/withdraw", to(Entries, post="withdraw"), name="entry_withdraw"),
    path("entries/<uuid:entry_id>/trail", to(Trail, get="of_entry"), name="entry_trail"),
    path("entries/<uuid:entry_id>/queries", to(Queries, post="open"), name="query_open"),
    path("events/<uuid:event_id>", to(Events, get="retrieve"), name="event"),
    path("events/<uuid:event_id>/report", to(Events, get="report", put="save"), name="event_report"),
    path("events/<uuid:event_id>/withdraw", to(Events, post="withdraw"), name="event_withdraw"),
    path("queries/<uuid:query_id>", to(Queries, get="retrieve"), name="query"),
    path("queries/<uuid:query_id>/answer", to(Queries, post="answer"), name="query_answer"),
    path("queries/<uuid:query_id>/close", to(Queries, post="close"), name="query_close"),
    path("queries/<uuid:query_id>/reopen", to(Queries, post="reopen"), name="query_reopen"),
    re_path(
        "^.*$",
        to(NotThere, **dict.fromkeys(("get", "post", "put", "patch", "delete"), "nothing")),
        name="nothing",
    ),
]
