"""The API describes itself, whole, and the page of the description asks nobody else for anything."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from edc import api

pytestmark = pytest.mark.django_db


def described() -> dict[str, Any]:
    answer = Client().get("/api/v1/schema")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_description_is_valid_and_nothing_in_it_is_guessed(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_address_is_described_with_every_refusal() -> None:
    paths = described()["paths"]
    routes = {
        "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern))
        for route in api.urlpatterns
        if route.name not in {"schema", "docs", "nothing"}
    }
    assert set(paths) == routes
    for path, methods in paths.items():
        for method, about in methods.items():
            answers = about["responses"]
            assert {"400", "401", "403", "404", "406", "429"} <= answers.keys(), (method, path)
            if method != "get":
                assert {"409", "413", "415"} <= answers.keys(), (method, path)
            for status, answer in answers.items():
                if int(status) >= 400:
                    (kind,) = answer["content"]
                    assert kind == "application/problem+json"
                    assert answer["content"][kind]["examples"], (method, path, status)
            assert about["summary"]


def test_saving_a_form_names_its_precondition() -> None:
    about = described()["paths"]["/api/v1/subjects/{subject_id}/entries/{slot}"]["put"]
    assert {"412", "428"} <= about["responses"].keys()
    assert {"If-Match", "If-None-Match"} <= {parameter["name"] for parameter in about["parameters"]}


def test_the_page_of_the_description_keeps_to_the_content_policy() -> None:
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|<script>", text)
    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(sources) >= 5
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    for source in sources:
        if source.startswith("/static/"):
            assert finders.find(source.removeprefix("/static/")), source
    script = Client().get("/api/v1/docs?script=")
    assert script.headers["Content-Type"] == "application/javascript"
    assert "/api/v1/schema" in script.content.decode()
