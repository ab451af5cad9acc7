"""Tokens: who gets one, how long it works, and what stays on record."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from knox.models import AuthToken
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from edc import clock
from edc.access.actor import Actor
from edc.access.models import User
from edc.access.operations import close_account, end_membership, open_account
from edc.audit.models import Act, LoginFailure
from tests import builders
from tests.program import Program, ProgramOf
from trials.models import Trial

pytestmark = pytest.mark.django_db


def ask(program: Program, username: str = "coordinator_a", password: str = builders.PASSWORD) -> Program:
    return program.post("token", username=username, password=password)


def test_user_name_and_password_make_a_token_that_works_and_is_kept_only_as_a_hash(
    stranger: Program, coordinator_a: Actor
) -> None:
    made = ask(stranger)
    assert made.status_code == 201
    text = made.json()["token"]
    assert [trial["code"] for trial in Program(text).get("trials").json()] == ["DEMO"]
    assert text not in str(AuthToken.objects.values_list())
    acts = Act.objects.filter(actor_username="coordinator_a").order_by("id")
    assert list(acts.values_list("sentence", "channel")) == [("Logged in", "api"), ("API token made", "api")]
    assert text not in str(acts.values_list())


@pytest.mark.parametrize(("username", "password"), [("coordinator_a", "wrong"), ("nobody", builders.PASSWORD)])
def test_a_wrong_log_in_says_the_same_whatever_was_wrong(
    username: str, password: str, stranger: Program, coordinator_a: Actor
) -> None:
    answer = ask(stranger, username, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_login")
    assert answer.json()["detail"] == "This user name and password do not belong together."
    assert LoginFailure.objects.filter(username=username).count() == 1


def test_too_many_failed_log_ins_lock_the_account_here_and_on_the_page(stranger: Program, coordinator_a: Actor) -> None:
    answers = [ask(stranger, password="wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [401] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    locked = ask(stranger)
    assert (locked.status_code, locked.json()["code"]) == (429, "locked")
    assert locked.headers["Content-Type"] == "application/problem+json"
    page = stranger.client.post("/account/login/", {"login": "coordinator_a", "password": builders.PASSWORD})
    assert page.status_code == 429


def test_a_log_in_that_works_forgets_the_failures(stranger: Program, coordinator_a: Actor) -> None:
    ask(stranger, password="wrong")
    assert AccessAttempt.objects.count() == 1
    assert ask(stranger).status_code == 201
    assert AccessAttempt.objects.count() == 0


def test_who_has_to_choose_a_password_gets_no_token(stranger: Program, db: None) -> None:
    open_account(by=builders.system(), key=clock.new_id(), username="nina", name="Nina", password=builders.PASSWORD)
    answer = ask(stranger, "nina")
    assert (answer.status_code, answer.json()["code"]) == (403, "password_change_due")


def test_tokens_are_listed_and_revoked_by_their_owner_alone(
    coordinator_a: Actor, monitor: Actor, program_of: ProgramOf
) -> None:
    mine, theirs = program_of(coordinator_a), program_of(monitor)
    (token,) = mine.get("tokens").json()
    assert theirs.delete(f"tokens/{token['id']}").status_code == 404
    assert mine.get("tokens").status_code == 200
    assert mine.delete(f"tokens/{token['id']}").status_code == 204
    assert mine.get("tokens").status_code == 401
    act = Act.objects.get(operation="access.revoke_token", outcome="done")
    assert (act.actor_username, act.channel, act.detail["token"]) == ("coordinator_a", "api", token["id"])


def test_a_token_ends_on_its_day_with_the_account_and_with_the_membership(
    frozen_clock: clock.Fixed, administrator: Actor, coordinator_a: Actor, demo: Trial, program_of: ProgramOf
) -> None:
    program, other = program_of(coordinator_a), program_of(coordinator_a)
    path = f"trials/{demo.code}"
    assert program.get(path).status_code == 200
    assert coordinator_a.user is not None
    membership = coordinator_a.user.memberships.select_related("trial", "site").get()
    end_membership(by=administrator, membership=membership, reason="left")
    assert program.get(path).status_code == 404
    assert program.get("trials").json() == []
    frozen_clock.advance(datetime.timedelta(days=31))
    assert program.get("trials").status_code == 401
    frozen_clock.advance(-datetime.timedelta(days=31))
    close_account(by=administrator, user=User.objects.get(username="coordinator_a"), reason="left")
    assert other.get("trials").status_code == 401


def test_an_account_has_no_more_tokens_than_it_may(coordinator_a: Actor, stranger: Program) -> None:
    most = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
    assert [ask(stranger).status_code for _ in range(most + 1)] == [201] * most + [400]


def test_reading_with_a_token_takes_one_query_for_the_token(
    coordinator_a: Actor, program_of: ProgramOf, django_assert_num_queries: object
) -> None:
    program = program_of(coordinator_a)
    with django_assert_num_queries(3):  # type: ignore[operator]  # token and person, memberships, trials
        program.get("trials")


def test_requests_are_throttled_by_person_and_by_address(
    coordinator_a: Actor, program_of: ProgramOf, stranger: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    program = program_of(coordinator_a)
    answers = [program.get("trials") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "throttled"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 61
    assert [ask(stranger, password="wrong").status_code for _ in range(3)] == [401, 401, 429]


def test_a_log_in_that_is_over_is_answered_with_401_and_not_with_a_page(
    frozen_clock: clock.Fixed, coordinator_a: Actor
) -> None:
    program = Program()
    assert coordinator_a.user is not None
    program.client.force_login(coordinator_a.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert program.get("trials").status_code == 200
    frozen_clock.advance(settings.EDC_SESSION_IDLE + datetime.timedelta(minutes=1))
    assert program.get("trials").status_code == 401
