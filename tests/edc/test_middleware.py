import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory

from edc.middleware import PrivacyHeaders, RequestLog


def test_no_page_may_run_or_load_what_is_not_ours(client: Client) -> None:
    policy = dict(
        directive.split(" ", 1)
        for directive in client.get("/health/alive").headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert not any("unsafe" in sources or "*" in sources or "http" in sources for sources in policy.values())


def test_pages_stay_out_of_caches_and_of_other_windows(client: Client) -> None:
    headers = client.get("/health/alive").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_page_that_may_be_kept_says_so_itself(rf: RequestFactory) -> None:
    kept = PrivacyHeaders(lambda _: HttpResponse(headers={"Cache-Control": "max-age=60"}))
    assert kept(rf.get("/")).headers["Cache-Control"] == "max-age=60"


def test_what_was_searched_for_is_not_in_the_log(rf: RequestFactory) -> None:
    assert RequestLog.format_request(rf.get("/subjects/?name=Smith")) == "GET /subjects/"


@pytest.mark.parametrize(
    "name", ["django_htmx/htmx-2.min.js", "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"]
)
def test_scripts_of_others_come_from_their_packages(name: str) -> None:
    assert finders.find(name) or name.startswith("django_htmx")


def test_cookies_are_for_the_server_alone() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
