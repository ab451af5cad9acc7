"""Whatever is typed, sent or pasted: an answer that helps, never an error of the server, never a script that runs."""

import html.parser
import itertools
import random
import urllib.parse
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from edc.access.roles import Role
from edc.audit.verification.facts import problems
from tests.attacks.addresses import addresses
from tests.attacks.conftest import World
from tests.attacks.test_headers import faults
from tests.cast import ClientOf
from tests.program import read_to_its_end
from visits.models import Visit

pytestmark = pytest.mark.django_db

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = (
    "",
    "\x00",
    "\ud800",
    "\u202egnirts",
    "a\r\nSet-Cookie: x=1",
    SCRIPT,
    "{{7*7}}{% load x %}",
    '=HYPERLINK("http://evil.example")',
    "' OR 1=1 --",
    "%",
    "\\",
    "9" * 5000,
    "-1",
    "1e999",
    "NaN",
    "؀١٢",
    "٢٠٢٦-٠٣-٠٢",
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "00000000-0000-0000-0000-000000000007",
    "not-a-uuid",
    "//evil.example/",
    "javascript:alert(1)",
    "x" * 20_000,
    "\u0301" * 300,
    "open",
    "CELL",
    "AA",
    "BB",
    "Y",
    "1",
    "2026-03-02",
)
NAMES = (
    *("site", "q", "status", "after", "before", "older", "newer", "which", "participant", "grade", "subject", "form"),
    *("item", "user", "role", "operation", "outcome", "since", "until", "next", "draft", "lang", "page", "nope"),
)
FIELDS = (
    *("act", "key", "reason", "base_revision", "password", "arm", "note", "assigned_on", "site", "consent_version"),
    *("consented_on", "screened_on", "version", "on", "status", "criterion", "verdict", "path", "message", "answer"),
    *("day-done_on", "day-reason", "missed-reason", "undo-reason", "withdraw-reason", "withdrawal-on", "done_on"),
    *(
        "username",
        "name",
        "email",
        "organisation",
        "place",
        "role",
        "ends_on",
        "variant",
        "datasets",
        "remark",
        "up_to",
    ),
    *("INITIALS", "BRTHDAT", "SEX", "PREGYN", "VSDAT", "VSTIM", "WEIGHT", "WEIGHT-unit", "WEIGHT-missing", "CMTRT"),
    *("PETS-r1-_row", "PETS-r1-PETNAME", "PETS-r9999999999-PETNAME", "PETS-\ud800-x", "AETERM", "AESTDAT", "AEGRADE"),
    *("EXSTDAT", "EXSTTIM", "EXCELLS", "EXVOL", "next", "discard", "id", "trial", "revision", "login"),
)
ACTS = ("day", "missed", "undo", "answer", "close", "reopen", "evaluate", "withdraw", "give", "record", "not_given")
ALLOWED = {200, 204, 301, 302, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422, 428, 429}


class Markup(html.parser.HTMLParser):
    """Collects what a browser would run: scripts, handlers, styles and addresses of another kind."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if (
            tag == "script"
            and given.get("type") != "application/json"
            and not (given.get("src") or "").startswith("/static/")
        ):
            self.dangers.append(f"script {given}")
        for name, value in attributes:
            outside = name in {"href", "src", "action"} and (value or "").strip().lower().startswith(
                ("javascript:", "//", "http:", "https:", "data:")
            )
            if name.startswith("on") or name == "style" or outside:
                self.dangers.append(f"{tag} {name}={value}")


def dangers(answer: HttpResponse) -> list[str]:
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    markup = Markup()
    markup.feed(answer.content.decode())
    return markup.dangers


def checked(answer: Any, what: str) -> list[str]:
    """What is wrong with an answer."""
    read_to_its_end(answer)
    found = [f"{what}: {answer.status_code}"] if answer.status_code not in ALLOWED else []
    found += [f"{what}: {danger}" for danger in dangers(answer)]
    found += [f"{what}: {fault}" for fault in faults(answer)]
    target = urllib.parse.urlsplit(answer.headers.get("Location", ""))
    if target.netloc or target.scheme or "\n" in answer.headers.get("Location", ""):
        found.append(f"{what}: leads to {answer.headers['Location']}")
    return found


def pages(world: World) -> list[tuple[str, str]]:
    """Every page of site A, but logging out."""
    found = addresses(world.a.keys, most=2)
    return [(name, url) for name, url in found if not name.startswith("api:") and name != "account_logout"]


def quoted(value: str) -> str:
    return urllib.parse.quote(value.encode("utf-8", "surrogatepass"))


def test_pages_stand_hostile_addresses(world: World, client_of: ClientOf) -> None:
    wrong, chance = [], random.Random(7)  # noqa: S311
    browsers = [client_of(world.people[role]) for role in ("coordinator_a", Role.MONITOR, Role.ADMINISTRATOR)]
    for browser, (name, url) in itertools.product(browsers, pages(world)):
        asked = "&".join(f"{parameter}={quoted(chance.choice(HOSTILE[:28]))}" for parameter in NAMES)
        wrong += checked(browser.get(f"{url}?{asked}"), f"GET {name}")
    assert wrong == []


def test_pages_stand_hostile_posts(world: World, client_of: ClientOf) -> None:
    wrong, chance = [], random.Random(8)  # noqa: S311
    browsers = [client_of(world.people[role]) for role in SENDERS if role != "infusion_nurse_a"]
    for browser, (name, url) in itertools.product(browsers, pages(world)):
        sent = {field: chance.choice(HOSTILE) for field in chance.sample(FIELDS, 30)}
        sent["act"] = chance.choice(ACTS)
        body = "&".join(f"{quoted(field)}={quoted(value)}" for field, value in sent.items())
        answer = browser.post(url, body, content_type="application/x-www-form-urlencoded")
        wrong += checked(answer, f"POST {name}")
    assert wrong == []


ODD = ("%00", "%0d%0aX-Evil:1", "%ff%fe", "..%2f..%2fetc", "a" * 3000, "%3Cscript%3E", "1" * 40)


def test_odd_places_in_an_address_do_not_exist(world: World, client_of: ClientOf) -> None:
    browser, wrong = client_of(world.people["coordinator_a"]), []
    own, entry = world.a.subject.pk, world.a.keys["entry_id"][0]
    places = ("/trials/{}/", "/trials/{}/trail/", "/access/trials/{}/", "/participants/{}/", "/queries/{}/")
    own_places = ("forms/{}/", "drafts/{}/", "forms/visit:{}/1/DM/1/", "forms/visit:SCR/{}/DM/1/", "infusions/{}/")
    for odd in ODD:
        for url in (
            *(place.format(odd) for place in places),
            *(f"/participants/{own}/{place.format(odd)}" for place in own_places),
            f"/entries/{entry}/trail/{odd}/",
        ):
            for answer in (browser.get(url), browser.post(url, {"act": "x"})):
                wrong += checked(answer, url)
                if answer.status_code not in {301, 302, 400, 404, 405}:
                    wrong.append(f"{url}: {answer.status_code}")
    assert wrong == []


SENDERS = ("coordinator_a", "investigator_a", "infusion_nurse_a", Role.MONITOR, Role.ADMINISTRATOR)


def near_right(world: World) -> list[tuple[str, str, dict[str, str]]]:
    """Who sends what where, all of it as it should be."""
    own, day = f"/participants/{world.a.subject.pk}", "2026-03-02"
    visit, signs = Visit.objects.get(subject=world.a.subject, code="M0").pk, world.a.keys["entry_id"][1]
    key = "019cadab-2340-7000-8000-0000000000"
    identity = {"INITIALS": "AB", "BRTHDAT": "1985", "SEX": "F", "PREGYN": "N", "base_revision": "2", "reason": "Typo"}
    pet = {"PETS-r1-_row": "r1", "PETS-r1-PETNAME": "Rex", "PETS-r1-PETBORN": "2020-02", "PETS-r1-PETKG": "3.5"}
    screening = {"site": "AA", "consent_version": "2.0", "consented_on": day, "screened_on": day, "key": f"{key}01"}
    account = {
        "name": "New Person",
        "username": "new",
        "email": "",
        "password": "long enough to pass",
        "key": f"{key}02",
    }
    event = {"AETERM": "Rash", "AESTDAT": "2026-02", "AEGRADE": "1", "AESER": "N", "key": f"{key}03"}
    infusion = {"EXSTDAT": day, "EXSTTIM": "08:00", "EXENTIM": "08:15", "EXCELLS": "4e7", "EXVOL": "40"}
    return [
        ("coordinator_a", f"{own}/forms/visit:SCR/1/DM/1/", identity),
        ("coordinator_a", f"{own}/forms/visit:W8/1/KIT/1/", {"COLOUR": "1", "LIKES": "1", "REMARK": "Fine", **pet}),
        ("coordinator_a", f"{own}/forms/log/CM/2/", {"CMTRT": "Ibuprofen", "key": f"{key}04"}),
        ("coordinator_a", f"{own}/visits/new", {"done_on": day, "reason": "Came by", "key": f"{key}05"}),
        ("coordinator_a", f"/visits/{visit}/", {"act": "day", "day-done_on": day}),
        ("coordinator_a", f"{own}/events/new", event),
        ("infusion_nurse_a", f"{own}/infusions/1/", infusion),
        ("coordinator_a", f"/trials/{world.trial.code}/participants/new", screening),
        (Role.MONITOR, f"/entries/{signs}/ask", {"path": "WEIGHT", "message": "Right?", "key": f"{key}06"}),
        (
            Role.MONITOR,
            f"/trials/{world.trial.code}/trail/review",
            {"key": f"{key}07", "up_to": f"{key}08", "remark": "x"},
        ),
        (Role.ADMINISTRATOR, "/access/people/new/", account),
        ("investigator_a", f"{own}/end", {"status": "lost", "on": day, "note": "Moved"}),
    ]


def test_one_hostile_value_among_right_ones_is_answered(world: World, client_of: ClientOf) -> None:
    wrong, chance = [], random.Random(9)  # noqa: S311
    browsers = {role: client_of(world.people[role]) for role in SENDERS}
    for role, url, right in near_right(world):
        for value in chance.sample(HOSTILE, 6):
            field = chance.choice(sorted(right))
            sent = {**right, field: value}
            body = "&".join(f"{quoted(name)}={quoted(text)}" for name, text in sent.items())
            answer = browsers[role].post(url, body, content_type="application/x-www-form-urlencoded")
            wrong += checked(answer, f"{url} {field}={value[:20]!r}")
    assert wrong == []
    assert list(problems("default")) == []


def test_what_is_stored_runs_on_no_page(world: World, client_of: ClientOf) -> None:
    browsers = {role: client_of(world.people[role]) for role in SENDERS}
    texts = {"INITIALS": "<b>", "REMARK": SCRIPT, "PETS-r1-PETNAME": SCRIPT[:40], "CMTRT": SCRIPT, "AETERM": SCRIPT}
    texts |= dict.fromkeys(("reason", "message", "note", "name", "organisation"), SCRIPT)
    for role, url, right in near_right(world):
        sent = {name: texts.get(name, text) for name, text in right.items()}
        answer = browsers[role].post(url, sent)
        assert answer.status_code in {302, 303} or "/trail/review" in url or "/infusions/" in url, (
            url,
            answer.status_code,
        )
    wrong, stored = [], 0
    for role in ("coordinator_a", Role.MONITOR):
        for name, url in pages(world):
            answer = browsers[role].get(url)
            wrong += checked(answer, f"{role} {name}")
            stored += not answer.streaming and b"alert(1)" in answer.content
    assert wrong == []
    assert stored > 8


@pytest.mark.parametrize(
    ("sent", "status"),
    [({f"f{number}": "x" for number in range(10_000)}, {400, 413}), ({"CMTRT": "x" * 3_000_000}, {400, 413})],
    ids=["10,000 fields", "three megabytes"],
)
def test_too_much_is_refused_with_a_page(
    sent: dict[str, str], status: set[int], world: World, client_of: ClientOf
) -> None:
    browser = client_of(world.people["coordinator_a"])
    answer = browser.post(f"/participants/{world.a.subject.pk}/forms/log/CM/1/", sent)
    assert answer.status_code in status
    assert checked(answer, "too much") == []


def test_nobody_is_led_elsewhere_by_the_log_in(world: World) -> None:
    for target in ("//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\r\nX: 1"):
        browser = Client()
        sent = {"login": "monitor", "password": "a quiet morning in Alphaville", "next": target}
        answer = browser.post(f"/account/login/?next={quoted(target)}", sent)
        assert checked(answer, target) == []
        assert answer.status_code in {302, 303}
