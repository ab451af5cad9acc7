"""Accounts and roles are looked after on pages of our own, by administrators and by nobody else."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from edc import clock
from edc.access.actor import Actor, actor_for
from edc.access.models import Membership, User
from edc.access.operations import choose_password, close_account, end_membership, make_token, open_account
from edc.access.roles import Role
from edc.audit.models import Act
from edc.errors import Refused
from tests import builders
from tests.cast import ClientOf
from trials.models import Site, Trial

pytestmark = pytest.mark.django_db


def test_an_administrator_opens_an_account_and_gives_a_role_at_one_site(
    administrator: Actor, client_of: ClientOf, demo: Trial, site_a: Site
) -> None:
    client = client_of(administrator)
    key = clock.new_id()
    posted = {"key": key, "name": "Nina New", "username": "nina", "password": "a-long-enough-phrase"}
    answers = [client.post(reverse("access:new_person"), posted) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    user = User.objects.get(username="nina")
    assert user.must_change_password
    assert not Membership.objects.filter(user=user).exists()
    given = {"key": clock.new_id(), "place": site_a.pk, "role": "coordinator", "ends_on": "2030-12-31"}
    assert client.post(reverse("access:give", args=[user.pk]), given).status_code == 302
    (grant,) = actor_for(user).grants
    assert (grant.role, grant.site_id) == (Role.COORDINATOR, site_a.pk)
    act = Act.objects.get(operation="access.give_membership", record_id=given["key"])
    assert (act.actor_role, act.trial_code, act.channel) == ("administrator", demo.code, "web")
    page = client.get(reverse("access:trial", args=[demo.code])).content.decode()
    assert "Nina New" in page


def test_a_name_that_was_ever_given_is_refused_beside_its_field(administrator: Actor, client_of: ClientOf) -> None:
    posted = {"key": clock.new_id(), "name": "X", "username": "ADMINISTRATOR ", "password": "a-long-enough-phrase"}
    answer = client_of(administrator).post(reverse("access:new_person"), posted)
    assert answer.status_code == 422
    assert "There is, or was, an account of this name" in answer.content.decode()


def test_an_ended_membership_ends_with_the_next_request(
    administrator: Actor, coordinator_a: Actor, client_of: ClientOf, demo: Trial
) -> None:
    client = client_of(coordinator_a)
    page = reverse("trials:participants", args=[demo.code])
    assert client.get(page).status_code == 200
    membership = Membership.objects.select_related("trial", "site").get(user=coordinator_a.user)
    end_membership(by=administrator, membership=membership, reason="left the hospital")
    assert client.get(page).status_code == 404


def test_a_role_counts_from_its_first_day_to_its_last(
    frozen_clock: clock.Fixed, administrator: Actor, outsider: Actor, client_of: ClientOf, demo: Trial
) -> None:
    give = reverse("access:give", args=[outsider.key])
    where = {"place": demo.pk, "role": "monitor"}
    browser, today = client_of(administrator), clock.now().date()
    days = [today + datetime.timedelta(days=day) for day in (-1, 2, 3, 4, 5)]
    late = browser.post(give, {**where, "key": clock.new_id(), "starts_on": days[0].isoformat()})
    assert (late.status_code, "A role begins today or later" in late.content.decode()) == (422, True)
    given = {"key": clock.new_id(), "starts_on": days[2].isoformat(), "ends_on": days[3].isoformat()}
    assert browser.post(give, {**where, **given}).status_code == 302
    open_on = []
    for day in days[1:]:
        with clock.fixed(at=datetime.datetime.combine(day, datetime.time(12), datetime.UTC)):
            open_on.append(client_of(outsider).get(f"/trials/{demo.code}/").status_code)
    assert open_on == [404, 200, 200, 404]


def test_a_role_may_last_as_long_as_there_are_days(
    administrator: Actor, outsider: Actor, client_of: ClientOf, demo: Trial
) -> None:
    posted = {"key": clock.new_id(), "place": demo.pk, "role": "monitor", "ends_on": "9999-12-31"}
    assert client_of(administrator).post(reverse("access:give", args=[outsider.key]), posted).status_code == 302


def test_nobody_gives_access_to_themselves(administrator: Actor, client_of: ClientOf, site_a: Site) -> None:
    given = {"key": clock.new_id(), "place": site_a.pk, "role": "coordinator"}
    answer = client_of(administrator).post(reverse("access:give", args=[administrator.key]), given)
    assert answer.status_code == 422
    assert "Nobody gives access to themselves" in answer.content.decode()


@pytest.mark.parametrize("page", ["people", "new_person"])
def test_accounts_are_not_for_coordinators(coordinator_a: Actor, client_of: ClientOf, page: str) -> None:
    assert client_of(coordinator_a).get(reverse(f"access:{page}")).status_code == 403


def test_a_first_password_is_replaced_before_anything_else(administrator: Actor, client: Client) -> None:
    first, own = "a-long-enough-phrase", "another-long-phrase"
    user = open_account(by=administrator, key=clock.new_id(), username="nina", name="Nina New", password=first)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    change = reverse("account_change_password")
    assert client.get(reverse("access:roles")).url == change
    assert client.post(change, {"oldpassword": "wrong", "password1": own, "password2": own}).status_code == 200
    assert client.get(reverse("access:roles")).url == change
    assert client.post(change, {"oldpassword": first, "password1": own, "password2": own}).status_code == 302
    assert client.get(reverse("access:roles")).status_code == 200
    act = Act.objects.get(operation="access.choose_password")
    assert (act.actor_username, own in act.canonical) == ("nina", False)


def test_a_session_ends_when_nobody_types(coordinator_a: Actor, client_of: ClientOf) -> None:
    client = client_of(coordinator_a)
    start = clock.now()
    with clock.fixed(at=start):
        assert client.get(reverse("access:roles")).status_code == 200
    with clock.fixed(at=start + datetime.timedelta(minutes=19)):
        assert client.get(reverse("access:roles")).status_code == 200
    with clock.fixed(at=start + datetime.timedelta(minutes=40)):
        answer = client.get(reverse("access:roles"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_an_administrator_leaves_accounts_alone_that_also_work_elsewhere(
    administrator: Actor, demo: Trial, site_a: Site, coordinator_a: Actor
) -> None:
    site_administrator = builders.person(Role.ADMINISTRATOR, demo, site_a)
    both = builders.person(Role.MONITOR, demo)
    assert both.user is not None
    assert coordinator_a.user is not None
    with pytest.raises(Refused, match="that you do not look after"):
        close_account(by=site_administrator, user=both.user, reason="left")
    close_account(by=site_administrator, user=coordinator_a.user, reason="left")
    close_account(by=administrator, user=both.user, reason="left")
    assert not User.objects.filter(pk__in=[both.key, coordinator_a.key], is_active=True).exists()


def test_a_new_password_ends_the_tokens_of_the_account(coordinator_a: Actor) -> None:
    assert coordinator_a.user is not None
    make_token(by=coordinator_a, user=coordinator_a.user)
    choose_password(by=coordinator_a, user=coordinator_a.user, password="another-long-phrase")
    assert not AuthToken.objects.filter(user=coordinator_a.key).exists()
    assert Act.objects.get(operation="access.choose_password").detail["tokens_ended"] == 1
