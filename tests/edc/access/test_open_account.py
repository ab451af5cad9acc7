"""Opening an account from the command line, before any page could."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from edc.access.actor import Actor, actor_for
from edc.access.models import Membership, User
from edc.access.operations import close_account
from edc.access.roles import Permission, Role
from edc.audit.models import Act
from edc.audit.verification import problems
from tests import builders
from trials.models import Trial

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet morning in Alphaville"
Typing = Callable[[str], None]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typing:
    """What stands on the standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_first_administrator_logs_in_and_has_to_choose_a_password(demo: Trial, typing: Typing) -> None:
    typing(f"{PASSWORD}\n")
    call_command("open_account", "ines", name="Ines Berg", organisation="Sponsor", administrator_of=["DEMO"])
    user = User.objects.get(username="ines")
    assert actor_for(user).may(Permission.ACCESS_MANAGE, demo.scope())
    answer = Client().post(reverse("account_login"), {"login": "ines", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_change_password"))
    acts = list(Act.objects.filter(detail__account="ines", operation__startswith="access."))
    assert [act.operation for act in acts] == ["access.open_account", "access.give_membership"]
    assert {(act.actor_name, act.channel) for act in acts} == {("System: command line", "command")}
    assert list(problems()) == []


def test_the_password_is_nowhere_in_the_trail(demo: Trial, typing: Typing) -> None:
    typing(f"{PASSWORD}\n")
    call_command("open_account", "ines", name="Ines Berg")
    assert not [text for text in Act.objects.values_list("canonical", flat=True) if PASSWORD in text]


def test_an_account_that_is_there_only_gets_the_role(
    demo: Trial, coordinator_a: Actor, typing: Typing, capsys: pytest.CaptureFixture[str]
) -> None:
    typing("not asked for\n")
    call_command("open_account", "Coordinator_A", administrator_of=["DEMO"], reason="The administrator has left")
    user = User.objects.get(pk=coordinator_a.key)
    assert actor_for(user).roles_in(demo.pk) == [Role.ADMINISTRATOR, Role.COORDINATOR]
    assert user.check_password(builders.PASSWORD)
    assert capsys.readouterr().out == "Ada Coordinator is administrator of DEMO.\n"


@pytest.mark.parametrize(
    ("typed", "given", "words"),
    [
        ("short\n", {"name": "Ines Berg"}, "too short"),
        ("", {"name": "Ines Berg"}, "too short"),
        (PASSWORD, {}, "Type the name as it is printed"),
        (PASSWORD, {"name": "Ines Berg", "administrator_of": ["NONE"]}, "There is no trial NONE"),
    ],
)
def test_what_cannot_be_is_refused_and_opens_nothing(
    demo: Trial, typing: Typing, typed: str, given: dict[str, Any], words: str
) -> None:
    typing(typed)
    with pytest.raises(CommandError, match=words):
        call_command("open_account", "ines", **given)
    assert not User.objects.filter(username="ines").exists()
    assert not Membership.objects.filter(user__username="ines").exists()


def test_a_name_that_is_taken_is_refused(demo: Trial, coordinator_a: Actor, typing: Typing) -> None:
    typing(f"{PASSWORD}\n")
    with pytest.raises(CommandError, match="There is, or was, an account of this name"):
        call_command("open_account", "COORDINATOR_A", name="Somebody else")


def test_a_closed_account_gets_no_role(demo: Trial, administrator: Actor, coordinator_a: Actor, typing: Typing) -> None:
    user = User.objects.get(pk=coordinator_a.key)
    close_account(by=administrator, user=user, reason="Left")
    typing("")
    with pytest.raises(CommandError, match="is closed"):
        call_command("open_account", user.username, administrator_of=["DEMO"])
    assert not Membership.objects.filter(user=user, role=Role.ADMINISTRATOR).exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_types_the_password_twice(demo: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", _Terminal())
    typed = iter([PASSWORD, "something else"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        call_command("open_account", "ines", name="Ines Berg")
    typed = iter([PASSWORD, PASSWORD])
    call_command("open_account", "ines", name="Ines Berg")
    assert User.objects.get(username="ines").check_password(PASSWORD)
