"""Addresses of the audit trail."""

from django.urls import path, re_path

from edc.trail import views

app_name = "trail"
urlpatterns = [
    path("trials/<str:code>/trail/", views.trial, name="trial"),
    path("trials/<str:code>/trail/review", views.review, name="review"),
    re_path(r"^trials/(?P<code>[^/]+)/trail/download\.(?P<kind>csv|jsonl)$", views.download, name="download"),
    path("participants/<uuid:subject_id>/trail/", views.subject, name="subject"),
    path("entries/<uuid:entry_id>/trail/", views.entry, name="entry"),
    path("entries/<uuid:entry_id>/trail/<path:path>/", views.item, name="item"),
    path("people/<uuid:user_id>/trail/", views.person, name="person"),
    path("trail/verify_trail.py", views.script, name="script"),
]
