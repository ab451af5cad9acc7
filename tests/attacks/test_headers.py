"""Every answer, of whatever kind, tells the browser to run nothing, to frame nothing and to keep nothing."""

from typing import Any

import pytest
from django.test import Client

from tests.attacks.addresses import addresses
from tests.attacks.conftest import World
from tests.cast import ClientOf
from tests.program import ProgramOf, read_to_its_end

pytestmark = pytest.mark.django_db

OPENAPI = "application/vnd.oai.openapi+json"
POLICY = ("default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")


def faults(answer: Any) -> list[str]:
    """The headers that are missing from an answer."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    wrong = [f"policy lacks {part}" for part in POLICY if part not in policy]
    wrong += ["unsafe policy"] if "unsafe" in policy else []
    wrong += [] if headers.get("X-Content-Type-Options") == "nosniff" else ["may be sniffed"]
    wrong += [] if headers.get("X-Frame-Options") == "DENY" else ["may be framed"]
    wrong += [] if "no-store" in headers.get("Cache-Control", "") else ["may be kept"]
    kind = headers.get("Content-Type", "").partition(";")[0]
    if kind not in {"", "text/html", "application/json", "application/problem+json", "text/plain", OPENAPI} and (
        "attachment" not in headers.get("Content-Disposition", "")
    ):
        wrong.append(f"{kind} is shown, not saved")
    return wrong


def test_pages_files_and_errors_carry_the_headers(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    coordinator, program = client_of(world.people["coordinator_a"]), program_of(world.people["data_manager"])
    wrong = []
    for name, url in addresses(world.a.keys, most=2):
        answer = (
            program.client.get(url, headers=program.headers)
            if name.startswith("api:")
            else coordinator.get(url)
            if name != "account_logout"
            else coordinator.head(url)
        )
        read_to_its_end(answer)
        wrong += [f"{name} ({answer.status_code}): {fault}" for fault in faults(answer)]
    browser = client_of(world.people["data_manager"])
    for answer in (
        browser.post(f"/trials/{world.trial.code}/trail/download.csv"),
        browser.post(f"/trials/{world.trial.code}/trail/download.jsonl"),
        program.post(f"trials/{world.trial.code}/datasets", variant="exact"),
        browser.get("/nowhere"),
        browser.get(f"/participants/{world.a.subject.pk}/arm"),
        Client(enforce_csrf_checks=True).post("/account/login/", {}),
        Client().generic("TRACE", "/"),
    ):
        read_to_its_end(answer)
        wrong += [f"{answer.status_code}: {fault}" for fault in faults(answer)]
        assert answer.status_code < 500
    assert wrong == []
