"""Addresses of the pages of a participant."""

from django.urls import path

from visits.views import arm, consent, due, eligibility, ending, entry, infusion, queries, subject, visit

app_name = "visits"
urlpatterns = [
    path("participants/<uuid:subject_id>/", subject.subject, name="subject"),
    path("participants/<uuid:subject_id>/visits/new", visit.unscheduled, name="unscheduled"),
    path("participants/<uuid:subject_id>/forms/<path:slot>/", entry.entry, name="entry"),
    path("participants/<uuid:subject_id>/drafts/<path:slot>/", entry.draft, name="draft"),
    path("participants/<uuid:subject_id>/infusions/<int:number>/", infusion.infusion, name="infusion"),
    path("visits/<uuid:visit_id>/", visit.visit, name="visit"),
    path("entries/<uuid:entry_id>/", entry.entry_by_id, name="entry_by_id"),
    path("entries/<uuid:entry_id>/withdraw", entry.withdraw, name="withdraw"),
    path("entries/<uuid:entry_id>/ask", queries.ask, name="ask"),
    path("trials/<str:code>/queries/", queries.queries, name="queries"),
    path("trials/<str:code>/deviations/", queries.deviations, name="deviations"),
    path("trials/<str:code>/due/<slug:which>/", due.due, name="due"),
    path("trials/<str:code>/reminders/", due.reminders, name="reminders"),
    path("queries/<uuid:query_id>/", queries.query, name="query"),
    path("participants/<uuid:subject_id>/consent", consent.consent, name="consent"),
    path("participants/<uuid:subject_id>/eligibility", eligibility.eligibility, name="eligibility"),
    path("participants/<uuid:subject_id>/arm", arm.arm, name="arm"),
    path("participants/<uuid:subject_id>/end", ending.end, name="end"),
]
