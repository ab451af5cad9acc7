"""Every route, asked by every kind of person: what they get is written down here, and a new route needs a row.

`.` opens, `r` redirects within the site, `L` leads to the log-in page, `F` is forbidden to the role (403), `N` does not
exist for this person (404, the same page as for what never existed), `M` is the wrong method (405), `?` asks for more
(400 or 422), `C` meets a newer version (409). The participant, with visits and forms, belongs to site A.
"""

import re
import uuid
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from adverse_events.operations.events import open_event
from edc import clock
from edc.access.actor import Actor
from edc.access.models import Membership
from edc.access.roles import Role
from tests import builders
from tests.cast import ClientOf
from trials.models import Subject, Trial
from visits.models import Entry, Visit
from visits.operations.entry import save_entry
from visits.operations.queries import open_query

pytestmark = pytest.mark.django_db

PEOPLE = (
    "nobody",
    "outsider",
    "administrator",
    "coordinator_a",
    "nurse_a",
    "investigator_a",
    "coordinator_b",
    "monitor",
    "data_manager",
    "statistician",
    "pharmacist",
    "auditor",
)
# In the order of PEOPLE.
GET_TABLE: dict[str, str] = {
    "access:close": "LF.FFFFFFFFF",
    "access:details": "LF.FFFFFFFFF",
    "access:end": "LN.NNNNNNNNN",
    "access:give": "LF.FFFFFFFFF",
    "access:new_person": "LF.FFFFFFFFF",
    "access:people": "LF.FFFFFFFFF",
    "access:person": "LF.FFFFFFFFF",
    "access:roles": "L...........",
    "access:trial": "LN.FFFF..FF.",
    "account_change_password": "L...........",
    "account_inactive": "............",
    "account_login": ".rrrrrrrrrrr",
    "account_reauthenticate": "L...........",
    "adverse_events:event": "LNF...N...F.",
    "adverse_events:events": "LNF...N...F.",
    "adverse_events:new": "LNF...NFFFFF",
    "adverse_events:trial": "LNF.......F.",
    "extracts:datasets": "LNFFFFFF..FF",
    "health_alive": "............",
    "health_ready": "............",
    "trail:download": "LMMMMMMMMMMM",
    "trail:entry": "LNF...N..FF.",
    "trail:item": "LNF...N..FF.",
    "trail:person": "LNN...N..NN.",
    "trail:review": "LMMMMMMMMMMM",
    "trail:script": "L...........",
    "trail:subject": "LNF...N..FF.",
    "trail:trial": "LNF......FF.",
    "trials:home": "L.rrrrrrrrrr",
    "trials:participants": "LNF.........",
    "trials:protocol": "LN..........",
    "trials:screen": "LNF.F..FFFFF",
    "trials:trial": "LN..........",
    "visits:arm": "LNFFF.NFFFFF",
    "visits:ask": "LNFFFFN..FFF",
    "visits:consent": "LNF...N.....",
    "visits:deviations": "LNF.......F.",
    "visits:draft": "LMMMMMMMMMMM",
    "visits:due": "LNF.........",
    "visits:eligibility": "LNF...N...F.",
    "visits:end": "LNFFF.NFFFFF",
    "visits:entry": "LNF...N...F.",
    "visits:entry_by_id": "LNFrrrNrrrFr",
    "visits:infusion": "LNF...N...F.",
    "visits:queries": "LNF.......F.",
    "visits:query": "LNF...N...F.",
    "visits:reminders": "LNF.........",
    "visits:subject": "LNF...N.....",
    "visits:unscheduled": "LNF.F.NFFFFF",
    "visits:visit": "LNF...N.....",
    "visits:withdraw": "LNF...N...F.",
    "account_logout": "L...........",
}
POST_TABLE: dict[str, str] = {
    "access:close": "LF.FFFFFFFFF",
    "access:details": "LF.FFFFFFFFF",
    "access:end": "LN.NNNNNNNNN",
    "access:give": "LF.FFFFFFFFF",
    "access:new_person": "LF.FFFFFFFFF",
    "access:people": "LMMMMMMMMMMM",
    "access:person": "LMMMMMMMMMMM",
    "access:roles": "LMMMMMMMMMMM",
    "access:trial": "LMMMMMMMMMMM",
    "account_change_password": "L...........",
    "account_inactive": "MMMMMMMMMMMM",
    "account_login": ".rrrrrrrrrrr",
    "account_reauthenticate": "L...........",
    "adverse_events:event": "LNFCCCNFFFFF",
    "adverse_events:events": "LMMMMMMMMMMM",
    "adverse_events:new": "LNF???NFFFFF",
    "adverse_events:trial": "LMMMMMMMMMMM",
    "extracts:datasets": "LNFFFFFF??FF",
    "health_alive": "MMMMMMMMMMMM",
    "health_ready": "MMMMMMMMMMMM",
    "trail:download": "LNF......FF.",
    "trail:entry": "LMMMMMMMMMMM",
    "trail:item": "LMMMMMMMMMMM",
    "trail:person": "LMMMMMMMMMMM",
    "trail:review": "LNFFFFFrrFFF",
    "trail:script": "LMMMMMMMMMMM",
    "trail:subject": "LMMMMMMMMMMM",
    "trail:trial": "LMMMMMMMMMMM",
    "trials:home": "LMMMMMMMMMMM",
    "trials:participants": "LMMMMMMMMMMM",
    "trials:protocol": "LMMMMMMMMMMM",
    "trials:screen": "LNF?F??FFFFF",
    "trials:trial": "LMMMMMMMMMMM",
    "visits:arm": "LNFFF?NFFFFF",
    "visits:ask": "LNFFFFN..FFF",
    "visits:consent": "LNF???N?????",
    "visits:deviations": "LMMMMMMMMMMM",
    "visits:draft": "LNF...NFFFFF",
    "visits:due": "LMMMMMMMMMMM",
    "visits:eligibility": "LNF???N???F?",
    "visits:end": "LNFFF?NFFFFF",
    "visits:entry": "LNFCCCNFFFFF",
    "visits:entry_by_id": "LMMMMMMMMMMM",
    "visits:infusion": "LNF???NFFFFF",
    "visits:queries": "LMMMMMMMMMMM",
    "visits:query": "LNF...N...F.",
    "visits:reminders": "LMMMMMMMMMMM",
    "visits:subject": "LMMMMMMMMMMM",
    "visits:unscheduled": "LNF.F.NFFFFF",
    "visits:visit": "LNF...N.....",
    "visits:withdraw": "LNF...N...F.",
    "account_logout": "LLLLLLLLLLLL",
}
"""What an empty POST gets: nobody writes anything by it."""

Places = dict[str, object]


def all_routes() -> set[str]:
    """The names of all pages, the API and static files of libraries aside."""
    found: set[str] = set()

    def walk(patterns: list[URLPattern | URLResolver], space: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = ":".join(part for part in (space, pattern.namespace or "") if part)
                walk(pattern.url_patterns, inner)
            else:
                found.add(f"{space}:{pattern.name}" if space else str(pattern.name))

    walk(get_resolver().url_patterns, "")
    return {name for name in found if not name.startswith("api:")}


@pytest.fixture
def places(demo: Trial, coordinator_a: Actor, investigator_a: Actor, monitor: Actor) -> Places:
    """One of everything that a route can name, at site A."""
    subject = builders.enrolled_subject(demo, "AA", arm="CELL")
    entry = save_entry(
        by=coordinator_a,
        subject=subject,
        slot="visit:M0/1/VS/1",
        data={"VSDAT": clock.today("Asia/Shanghai").isoformat(), "WEIGHT": "70.5"},
    )
    event = open_event(
        by=coordinator_a,
        subject=subject,
        key=clock.new_id(),
        data={"AETERM": "Headache", "AESTDAT": "2024-03", "AEGRADE": "1", "AESER": "N"},
    )
    query = open_query(by=monitor, entry=entry, path="WEIGHT", message="Compare with the source")
    return places_of(subject, entry, query.pk, event.pk, coordinator_a)


def places_of(subject: Subject, entry: Entry, query_id: uuid.UUID, event_id: uuid.UUID, person: Actor) -> Places:
    """Return a value for every name that stands in an address."""
    return {
        "code": subject.trial.code,
        "subject_id": subject.pk,
        "entry_id": entry.pk,
        "query_id": query_id,
        "visit_id": Visit.objects.get(subject=subject, code="M1").pk,
        "slot": "visit:M0/1/VS/1",
        "path": "WEIGHT",
        "event_id": event_id,
        "number": 1,
        "kind": "csv",
        "which": "due",
        "user_id": person.key,
        "membership_id": Membership.objects.get(user=person.user).pk,
    }


def address(name: str, places: Places) -> str:
    """Return the address of a page for one of everything."""
    return reverse(name, kwargs={parameter: places[parameter] for parameter in _parameters(name)})


def _parameters(name: str) -> list[str]:
    resolver = get_resolver()
    for space in name.split(":")[:-1]:
        resolver = resolver.namespace_dict[space][1]
    return list(resolver.reverse_dict.getlist(name.rsplit(":", 1)[-1])[0][0][0][1])


def sign(answer: HttpResponse) -> str:
    """Return the letter for an answer, read to its end."""
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    if answer.status_code in (301, 302, 303):
        return "L" if answer.headers["Location"].startswith(reverse("account_login")) else "r"
    return {200: ".", 204: ".", 409: "C", 400: "?", 422: "?", 403: "F", 404: "N", 405: "M", 401: "L"}.get(
        answer.status_code, "!"
    )


@pytest.fixture
def browsers(request: pytest.FixtureRequest, demo: Trial, client_of: ClientOf) -> dict[str, Client]:
    """A browser for everybody in the table."""
    found = {"nobody": Client()}
    for name in PEOPLE[1:]:
        actor = (
            builders.person(Role.AUDITOR, demo, username="auditor")
            if name == "auditor"
            else request.getfixturevalue(name)
        )
        found[name] = client_of(actor)
    return found


def observed(ask: Callable[[Client, str], HttpResponse], browsers: dict[str, Client], places: Places) -> dict[str, str]:
    return {
        name: "".join(sign(ask(browsers[person], address(name, places))) for person in PEOPLE)
        for name in sorted(all_routes(), key=lambda name: (name == "account_logout", name))
    }


def test_every_route_has_its_rows() -> None:
    assert set(GET_TABLE) == set(POST_TABLE) == all_routes()


def test_who_opens_what(places: Places, browsers: dict[str, Client]) -> None:
    found = observed(lambda browser, url: browser.get(url), browsers, places)
    assert found == GET_TABLE


def test_who_may_post_where(places: Places, browsers: dict[str, Client]) -> None:
    found = observed(lambda browser, url: browser.post(url, {}), browsers, places)
    assert found == POST_TABLE


def test_what_belongs_to_another_site_looks_like_what_never_existed(
    places: Places, browsers: dict[str, Client]
) -> None:
    browser = browsers["coordinator_b"]
    nowhere = places | {name: uuid.uuid4() for name in places if name.endswith("_id")}
    for name in sorted(all_routes()):
        if not any(
            parameter in ("subject_id", "entry_id", "query_id", "visit_id", "event_id")
            for parameter in _parameters(name)
        ):
            continue
        theirs, never = (browser.get(address(name, where)) for where in (places, nowhere))
        assert theirs.status_code == never.status_code, name
        assert _without_token(theirs) == _without_token(never), name


def _without_token(answer: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
