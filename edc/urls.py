"""Addresses of the project. Each app brings its own list; this file only says where it hangs."""

from django.urls import URLPattern, URLResolver, include, path

from edc import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/alive", health.alive, name="health_alive"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/", include("edc.access.account_urls")),
    path("access/", include("edc.access.urls")),
]
