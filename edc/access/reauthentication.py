"""The password typed again, in the same POST as a weighty act."""

import datetime

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import NeedsPassword

TRIES = 10
WITHIN = datetime.timedelta(minutes=15)


def confirm_password(by: Actor, password: str) -> None:
    """Make sure that the person at the keyboard is the one who logged in.

    Raises `NeedsPassword` when the password is missing or wrong, and after ten wrong ones within fifteen minutes.
    The system itself has no password and confirms nothing.
    """
    if by.user is None:
        return
    if not password:
        raise NeedsPassword(code="password-missing")
    wrong = Act.objects.filter(
        actor_key=by.key,
        outcome=Act.Outcome.REFUSED,
        at__gt=clock.now() - WITHIN,
        detail__refusal="password-wrong",
    ).count()
    if wrong >= TRIES:
        raise NeedsPassword("Too many wrong passwords. Wait fifteen minutes, then try again.", code="password-locked")
    if not by.user.check_password(password):
        raise NeedsPassword("This is not your password. Nothing was saved.", code="password-wrong")
