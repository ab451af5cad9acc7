"""Addresses of the project. Each app brings its own list; this file only says where it hangs."""

from django.urls import URLPattern, URLResolver, include, path

from edc import health
from trials import urls as trials_urls
from visits.views import trial as trial_views

# Two pages of a trial show visits or write them, so they are made in the higher app and hung in here.
trial_pages: list[URLPattern | URLResolver] = [
    *trials_urls.urlpatterns,
    path("trials/<str:code>/", trial_views.trial_home, name="trial"),
    path("trials/<str:code>/participants/new", trial_views.screen, name="screen"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/alive", health.alive, name="health_alive"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/", include("edc.access.account_urls")),
    path("access/", include("edc.access.urls")),
    path("api/v1/", include("edc.api")),
    path("", include("edc.extracts.urls")),
    path("", include((trial_pages, trials_urls.app_name))),
    path("", include("visits.urls")),
    path("", include("adverse_events.urls")),
    path("", include("edc.trail.urls")),
]
