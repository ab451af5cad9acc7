"""What pages about access read."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, cast

from django.apps import apps
from django.db.models import Prefetch, Q
from knox.models import AuthToken

from edc import clock
from edc.access.actor import Actor
from edc.access.models import Membership, User, clean_username
from edc.access.roles import Permission
from edc.audit.recording import SYSTEM
from edc.errors import NotAllowed, NotVisible

PAGE = 100


def trial_by_code(actor: Actor, code: str, permission: Permission = Permission.ACCESS_VIEW) -> Any:
    """Return the trial of this code; `NotVisible` when there is none here, `NotAllowed` when the role is another."""
    # PostgreSQL does not even look for what no code can hold.
    trial = _trials().filter(code=code).first() if code.isprintable() else None
    if trial is None or not actor.sees(trial.scope()):
        raise NotVisible
    if not actor.may(permission, trial.scope()):
        raise NotAllowed
    return trial


def manageable_trials(actor: Actor) -> Sequence[Any]:
    """The trials in which this person gives and ends access."""
    condition = actor.filter(Permission.ACCESS_MANAGE, trial="pk", site=None)
    return cast(Sequence[Any], _trials().filter(condition).prefetch_related("sites").order_by("code"))


def _trials() -> Any:
    """The trials, reached through memberships: this layer does not know what a trial is made of."""
    model: Any = Membership._meta.get_field("trial").related_model
    return model.objects.all()


def memberships_of_trial(trial: Any, at: datetime.datetime | None = None) -> Sequence[Membership]:
    """Everybody's roles in a trial; with a moment, only those in force then."""
    rows = Membership.objects.filter(trial=trial)
    if at is not None:
        rows = rows.filter(starts_at__lte=at).exclude(ends_at__lte=at)
    return cast(
        Sequence[Membership],
        rows.select_related("user", "trial", "site").order_by("user__name", "user__username", "role", "id"),
    )


def accounts(actor: Actor, *, text: str = "", after: str = "") -> Sequence[User]:
    """Accounts by name, a page at a time, each with the memberships that this administrator looks after.

    Raises `NotAllowed` for everybody but administrators.
    """
    if not actor.may(Permission.ACCESS_MANAGE, SYSTEM):
        raise NotAllowed
    rows = User.objects.order_by("username")
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    if after:
        rows = rows.filter(username__gt=after)
    mine = Membership.objects.filter(actor.filter(Permission.ACCESS_MANAGE)).select_related("trial", "site")
    return list(
        rows.prefetch_related(Prefetch("memberships", queryset=mine.order_by("trial__code", "role")))[: PAGE + 1]
    )


def account_by_id(actor: Actor, user_id: uuid.UUID) -> User:
    """Return an account with its memberships. Raises `NotAllowed` or `NotVisible`."""
    if not actor.may(Permission.ACCESS_MANAGE, SYSTEM):
        raise NotAllowed
    user: User | None = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    return user


def account_by_name(actor: Actor, username: str) -> User | None:
    """Return the account of this user name, in whatever case, or None. Raises `NotAllowed`."""
    if not actor.may(Permission.ACCESS_MANAGE, SYSTEM):
        raise NotAllowed
    user: User | None = User.objects.filter(username__iexact=clean_username(username)).first()
    return user


def memberships_of(actor: Actor, user: User) -> Sequence[Membership]:
    """A person's roles in the trials that this administrator looks after, ended ones too."""
    return cast(
        Sequence[Membership],
        Membership.objects.filter(actor.filter(Permission.ACCESS_MANAGE), user=user)
        .select_related("trial", "site", "user")
        .order_by("trial__code", "-starts_at", "id"),
    )


def membership_by_id(actor: Actor, membership_id: uuid.UUID) -> Membership:
    """Return a membership of a trial that this administrator looks after; otherwise `NotVisible`."""
    membership: Membership | None = (
        Membership.objects.filter(actor.filter(Permission.ACCESS_MANAGE), pk=membership_id)
        .select_related("trial", "site", "user")
        .first()
    )
    if membership is None:
        raise NotVisible
    return membership


def tokens_of(actor: Actor) -> list[AuthToken]:
    """The API tokens of the actor's own account that are still good, oldest first."""
    mine = AuthToken.objects.filter(user_id=actor.user.pk if actor.user else None)
    return list(mine.exclude(expiry__lte=clock.now()).order_by("created", "token_key"))


def has_second_factor(user: User) -> bool:
    """Whether this account logs in with more than a password."""
    if not apps.is_installed("allauth.mfa"):
        return False
    return bool(apps.get_model("mfa", "Authenticator").objects.filter(user=user).exists())


def in_force(membership: Membership, at: datetime.datetime | None = None) -> bool:
    """Whether a membership counts at a moment (now, unless said otherwise)."""
    at = at or clock.now()
    return membership.starts_at <= at and (membership.ends_at is None or membership.ends_at > at)
