"""Addresses of the pages of adverse events."""

from django.urls import path

from adverse_events.views import events

app_name = "adverse_events"
urlpatterns = [
    path("participants/<uuid:subject_id>/events/", events.events, name="events"),
    path("participants/<uuid:subject_id>/events/new", events.new, name="new"),
    path("events/<uuid:event_id>/", events.event, name="event"),
    path("trials/<str:code>/events/", events.trial_events, name="trial"),
]
