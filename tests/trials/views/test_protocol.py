"""The protocol in words."""

from collections.abc import Callable

import pytest
from django.test import Client

from edc.access.actor import Actor
from tests import builders
from trials.models import Trial
from trials.operations.protocol import load_protocol
from trials.protocol import load_text
from trials.views.protocol import chapters

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Actor], Client]
URL = "/trials/DEMO/protocol/"


def test_everybody_in_the_trial_reads_the_protocol_in_words(
    demo: Trial, administrator: Actor, outsider: Actor, client_of: ClientOf
) -> None:
    page = client_of(administrator).get(URL).content.decode()
    assert "I01 inclusion: Age 18 to 65 years" in page
    assert demo.protocol_versions.get().sha256 in page
    assert client_of(outsider).get(URL).status_code == 404


def test_a_new_version_says_what_it_changes_and_is_shown_once_a_site_works_with_it(
    demo: Trial, monitor: Actor, client_of: ClientOf
) -> None:
    text = builders.DEMO.read_text(encoding="utf-8")
    text = text.replace('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary').replace("Age 18 to 65", "Age 18 to 70")
    load_protocol(by=builders.system(), loaded=load_text(text), source=text)
    client = client_of(monitor)
    assert "Version 1.0 in words" in client.get(URL).content.decode()
    page = client.get(URL, {"version": "1.1"}).content.decode()
    assert "What version 1.1 changes" in page
    assert "Age 18 to 70" in page
    assert client.get(URL, {"version": "9"}).status_code == 404


def test_the_words_are_cut_at_their_titles() -> None:
    found = list(chapters("CODE, version 1\nTitle\n\nSites\n=====\n  A\n  B\n\nForms\n=====\n  F\n"))
    assert [(each.title, each.text) for each in found] == [
        ("The trial", "CODE, version 1\nTitle"),
        ("Sites", "  A\n  B"),
        ("Forms", "  F"),
    ]
