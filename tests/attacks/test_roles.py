"""Nobody does more than their role says: not by a longer form, another door, an old session or many guesses."""

import datetime
import hashlib

import pytest
from django.db import connection
from django.test import Client

from edc import clock
from edc.access.actor import Actor
from edc.access.models import Membership, User
from edc.access.operations import close_account, end_membership, give_membership
from edc.access.roles import Role
from edc.audit.models import Act
from edc.errors import NotAllowed, NotVisible, Refused
from tests import builders
from tests.attacks.addresses import addresses
from tests.attacks.conftest import World
from tests.attacks.test_hostile_input import near_right, pages
from tests.cast import ClientOf
from tests.program import ProgramOf, read_to_its_end
from trials.models import Subject
from visits.models import Entry

pytestmark = pytest.mark.django_db

KEPT_FOR_THE_SESSION = {"django_session"}
READERS = (Role.DATA_MANAGER, Role.STATISTICIAN_BLINDED, Role.SAFETY_BOARD, Role.CODER, Role.AUDITOR)


def state() -> dict[str, str]:
    """A digest of every table, sessions aside."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted({*connection.introspection.table_names(cursor)} - KEPT_FOR_THE_SESSION):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()
    return found


def changed(before: dict[str, str]) -> set[str]:
    return {table for table, digest in state().items() if before.get(table) != digest}


def test_reading_changes_nothing(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    for role in ("coordinator_a", Role.MONITOR, Role.DATA_MANAGER):
        browser, program = client_of(world.people[role]), program_of(world.people[role])
        before = state()
        for name, url in addresses(world.a.keys, most=1):
            if name.startswith("api:"):
                read_to_its_end(program.client.get(url, headers=program.headers))
            elif name != "account_logout":
                read_to_its_end(browser.get(url))
        assert changed(before) == set(), role


def test_no_post_is_taken_without_the_token_of_its_page(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    user = world.people["coordinator_a"].user
    assert user is not None
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = state()
    for name, url in [*pages(world), *((name, url) for name, url in addresses(world.a.keys, most=1) if "api:" in name)]:
        for sent in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            assert browser.post(url, sent).status_code in {401, 403, 404, 405, 415}, name
    assert changed(before) == set()


def test_who_only_reads_writes_nothing_however_right_the_form_is(world: World, client_of: ClientOf) -> None:
    facts = [table for table in state() if table.startswith(("trials_", "visits_", "adverse_", "access_"))]
    for role in READERS:
        browser, before = client_of(world.people[role]), state()
        for _, url, sent in near_right(world):
            if "/ask" in url or "/trail/review" in url:  # data managers and coders may ask, and review the trail
                continue
            assert browser.post(url, sent).status_code in {403, 404}, (role, url)
        assert not changed(before) & {*facts}, role


def test_a_longer_form_sets_nothing_more(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    theirs = world.b.subject
    more = {
        "id": str(theirs.pk), "pk": str(theirs.pk), "trial": "x", "trial_id": str(theirs.pk),
        "site_id": str(theirs.site_id), "number": "77",
        "subject": str(theirs.pk), "subject_id": str(theirs.pk), "status": "completed", "revision": "77",
        "label": "AA-777", "actor": "monitor", "by": "monitor", "slot": "log/CM/7", "form": "AE", "arm": "CTL",
        "withdrawn": "on", "blinding": "open", "history_user_id": "x", "is_active": "", "must_change_password": "on",
        "user": str(world.people[Role.MONITOR].key), "role": "administrator", "locked": "on", "values": "{}",
    }  # fmt: skip
    for role, url, sent in near_right(world):
        client_of(world.people[role]).post(url, {**more, **sent})
    new = Subject.objects.get(pk="019cadab-2340-7000-8000-000000000001")
    assert (new.site.code, new.status, new.revision, new.label) == ("AA", "screening", 1, "AA-003")
    entry = Entry.objects.get(pk="019cadab-2340-7000-8000-000000000004")
    assert (entry.subject_id, entry.slot, entry.form, entry.revision) == (world.a.subject.pk, "log/CM/2", "CM", 1)
    account = User.objects.get(username="new")
    assert (account.is_active, account.must_change_password, account.memberships.count()) == (True, True, 0)
    assert not Act.objects.filter(actor_username="monitor", operation="visits.save_entry").exists()
    program = program_of(world.people["coordinator_a"])
    for name in ("id", "status", "revision", "subject", "actor", "trial"):
        body = {"key": str(clock.new_id()), "on": "2026-03-02", name: str(theirs.pk)}
        assert program.post(f"subjects/{world.a.subject.pk}/visits", **body).status_code == 400, name


def test_an_administrator_of_one_site_gives_and_ends_nothing_beyond_it(world: World) -> None:
    trial, here, there = world.trial, builders.site(world.trial, "AA"), builders.site(world.trial, "BB")
    local = builders.person(Role.ADMINISTRATOR, trial, here, username="local")
    friend = world.people["coordinator_b"].user
    everywhere = Membership.objects.get(user=world.people[Role.MONITOR].user)

    def give(site: object) -> None:
        give_membership(by=local, key=clock.new_id(), user=friend, trial=trial, site=site, role=Role.MONITOR)

    for place in (None, there):
        with pytest.raises((NotAllowed, NotVisible, Refused)):
            give(place)
    with pytest.raises((NotAllowed, NotVisible, Refused)):
        end_membership(by=local, membership=everywhere, reason="Not wanted here")
    assert not Membership.objects.filter(user=friend, role=Role.MONITOR).exists()
    everywhere.refresh_from_db()
    assert everywhere.ends_at is None
    give(here)
    assert Membership.objects.filter(user=friend, role=Role.MONITOR, site=here).exists()


def test_the_password_of_a_weighty_act_cannot_be_guessed(world: World, client_of: ClientOf) -> None:
    subject = builders.eligible_subject(world.trial, "AA", by=world.people["coordinator_a"])
    browser = client_of(world.people["investigator_a"])
    sent = {"key": str(clock.new_id()), "arm": "CTL", "assigned_on": "2026-03-02", "note": "As agreed"}
    for guess in range(10):
        assert (
            browser.post(f"/participants/{subject.pk}/arm", {**sent, "password": f"guess {guess}"}).status_code == 422
        )
    answer = browser.post(f"/participants/{subject.pk}/arm", {**sent, "password": builders.PASSWORD})
    assert answer.status_code == 422
    assert "Wait fifteen minutes" in answer.content.decode()
    subject.refresh_from_db()
    assert subject.status == Subject.Status.SCREENING


def test_a_closed_account_ends_with_the_next_request(world: World, client_of: ClientOf, program_of: ProgramOf) -> None:
    actor: Actor = world.people["coordinator_a"]
    browser, program = client_of(actor), program_of(actor)
    assert browser.get(f"/participants/{world.a.subject.pk}/").status_code == 200
    close_account(by=world.people[Role.ADMINISTRATOR], user=actor.user, reason="Left the hospital")
    assert browser.get(f"/participants/{world.a.subject.pk}/").status_code in {302, 404}
    assert browser.get(f"/api/v1/subjects/{world.a.subject.pk}").status_code in {401, 404}
    assert program.get(f"subjects/{world.a.subject.pk}").status_code == 401
    login = {"login": "coordinator_a", "password": builders.PASSWORD}
    assert "_auth_user_id" not in Client().post("/account/login/", login).wsgi_request.session


def test_a_session_ends_after_a_working_day_even_in_use(
    world: World, client_of: ClientOf, frozen_clock: clock.Fixed
) -> None:
    browser = client_of(world.people["coordinator_a"])
    page = f"/participants/{world.a.subject.pk}/"
    for _ in range(60):
        answer = browser.get(page)
        if answer.status_code != 200:
            break
        frozen_clock.advance(datetime.timedelta(minutes=14))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")
    assert browser.get(f"/api/v1/subjects/{world.a.subject.pk}").status_code == 401
