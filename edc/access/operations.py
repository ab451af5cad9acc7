"""Accounts and memberships: opening and closing, giving and ending."""

import datetime
import uuid

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from knox.models import AuthToken
from knox.settings import knox_settings

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.models import Membership, User, clean_username
from edc.access.roles import ROLES, Permission, Role
from edc.audit import recording
from edc.errors import NeedsReason, NotVisible, Refused


@operation(Permission.ACCESS_MANAGE, "Account opened", on=None)
def open_account(
    *,
    by: Actor,
    reason: str,
    key: uuid.UUID,
    username: str,
    name: str,
    password: str,
    email: str = "",
    organisation: str = "",
    choose_password: bool = True,
) -> User:
    """Open an account with a first password, which its owner replaces at the first log-in.

    Refused when the name is, or ever was, somebody's, in whatever case; and when the password is weak.
    """
    existing: User | None = User.objects.filter(pk=key).first()
    if existing is not None:
        return existing
    username = clean_username(username)
    errors: dict[str, list[str]] = {}
    if not username:
        errors["username"] = ["Type a user name."]
    elif User.objects.filter(username__iexact=username).exists():
        errors["username"] = ["There is, or was, an account of this name. Choose another."]
    if not name.strip():
        errors["name"] = ["Type the name as it is printed."]
    user = User(
        id=key,
        username=username,
        name=name.strip(),
        email=email,
        organisation=organisation,
        must_change_password=choose_password,
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors["password"] = list(error.messages)
    if errors:
        raise Refused(field_errors=errors, attempted={"username": username, "name": name})
    user.set_password(password)
    user.save()
    recording.required(User).note(record_id=user.pk, account=username)
    return user


@operation(Permission.ACCESS_MANAGE, "Account details changed", on=None)
def change_account(*, by: Actor, reason: str, user: User, name: str, email: str, organisation: str) -> User:
    """Correct the name, e-mail address or organisation of an account. The user name never changes.

    A reason is needed when something that was there changes, not when a blank is filled.
    """
    if not name.strip():
        raise Refused(field_errors={"name": ["Type the name as it is printed."]})
    _within_reach(by, user)
    locked: User = User.objects.select_for_update().get(pk=user.pk)
    before = (locked.name, locked.email, locked.organisation)
    after = (name.strip(), email.strip(), organisation.strip())
    if not reason and any(old and old != new for old, new in zip(before, after, strict=True)):
        raise NeedsReason(field_errors={"reason": ["Say why. The reason goes into the audit trail."]})
    locked.name, locked.email, locked.organisation = after
    locked.save()
    recording.required(User).note(record_id=user.pk, account=user.username)
    return locked


@operation(Permission.ACCESS_MANAGE, "Account closed", on=None)
def close_account(*, by: Actor, reason: str, user: User) -> User:
    """Close an account: every session and token of it stops at the next request. A reason is needed."""
    return _set_open(by=by, reason=reason, user=user, is_active=False)


@operation(Permission.ACCESS_MANAGE, "Account opened again", on=None)
def reopen_account(*, by: Actor, reason: str, user: User) -> User:
    """Open a closed account again. A reason is needed."""
    return _set_open(by=by, reason=reason, user=user, is_active=True)


def _set_open(*, by: Actor, reason: str, user: User, is_active: bool) -> User:
    if by.key == str(user.pk):
        raise Refused("Nobody opens or closes their own account. Ask another administrator.")
    _within_reach(by, user)
    if not reason:
        raise NeedsReason
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = is_active
    user.save()
    recording.required(User).note(record_id=user.pk, account=user.username)
    return user


def _within_reach(by: Actor, user: User) -> None:
    """Refuse to touch the account of somebody who also works where this administrator has no say."""
    now = clock.now()
    held = Membership.objects.filter(user=user, starts_at__lte=now).exclude(ends_at__lte=now)
    if held.exclude(pk__in=held.filter(by.filter(Permission.ACCESS_MANAGE))).exists():
        raise Refused(
            f"{user.name} also works at trials or sites that you do not look after. End their roles in yours instead."
        )


@operation(Permission.ACCESS_MANAGE, "Membership given", on="trial")
def give_membership(
    *,
    by: Actor,
    reason: str,
    key: uuid.UUID,
    user: User,
    trial: recording.HasScope,
    role: Role,
    site: recording.HasScope | None = None,
    starts_at: datetime.datetime | None = None,
    ends_at: datetime.datetime | None = None,
) -> Membership:
    """Give a person a role in a trial, at one site or at all of them, from a moment until another.

    Refused for oneself, for a site of another trial, for a day that is over, and for what the person holds already.
    """
    existing: Membership | None = Membership.objects.filter(pk=key).first()
    if existing is not None:
        return existing
    now = clock.now()
    if starts_at is not None and starts_at.date() < now.date():
        raise Refused(field_errors={"starts_at": ["A role begins today or later. Leave the first day empty for now."]})
    start = max(starts_at or now, now)
    place = site.scope() if site is not None else trial.scope()
    if by.key == str(user.pk):
        raise Refused("Nobody gives access to themselves. Ask another administrator.")
    if place.trial_id is None or place.trial_id != trial.scope().trial_id:
        raise Refused("This site belongs to another trial.", field_errors={"site": ["Choose a site of this trial."]})
    if not _reaches(by, place):
        message = "Your own role is for one site. Give access to that site, or ask an administrator of the whole trial."
        raise Refused(message, field_errors={"site": [message]})
    if ends_at is not None and ends_at <= start:
        raise Refused(field_errors={"ends_at": ["The membership has to end after it starts."]})
    membership = Membership(
        id=key,
        user=user,
        trial_id=place.trial_id,
        site_id=place.site_id,
        role=role,
        starts_at=start,
        ends_at=ends_at,
    )
    if _held_already(membership):
        raise Refused(f"{user.name} holds the role of {ROLES[role].label} there already.")
    membership.save()
    recording.required(Membership).note(record_id=membership.pk, account=user.username, role=role)
    return membership


def _reaches(by: Actor, place: recording.Scope) -> bool:
    """Whether somebody looks after access there: all sites together only where their own role is for all sites."""
    return Permission.ACCESS_MANAGE in by.system or any(
        grant.covers(Permission.ACCESS_MANAGE, place) and grant.site_id in (None, place.site_id) for grant in by.grants
    )


def _held_already(membership: Membership) -> bool:
    return (
        Membership.objects.filter(
            user=membership.user_id, trial=membership.trial_id, role=membership.role, site=membership.site_id
        )
        .exclude(ends_at__lte=membership.starts_at)
        .exists()
    )


@operation(Permission.ACCESS_MANAGE, "Membership ended", on="membership")
def end_membership(*, by: Actor, reason: str, membership: Membership) -> Membership:
    """End a membership now; it takes effect on the person's next request. A reason is needed."""
    if not _reaches(by, membership.scope()):
        raise Refused("This role is for all sites, and yours is for one. Ask an administrator of the whole trial.")
    if not reason:
        raise NeedsReason
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("trial", "site").get(pk=membership.pk)
    )
    now = clock.now()
    if membership.ends_at is not None and membership.ends_at <= now:
        return membership
    membership.ends_at = max(now, membership.starts_at)
    membership.save()
    recording.required(Membership).note(record_id=membership.pk, role=membership.role)
    return membership


@operation(Permission.ACCOUNT_OWN, "Password changed", on=None, always=True, still_visible=False)
def choose_password(*, by: Actor, reason: str, user: User, password: str) -> User:
    """Set a new password, by the account's owner. That it changed is on record; the password itself never is.

    The tokens of the account end with the old password: whoever knew it may have made one.
    """
    if by.key != str(user.pk):
        raise Refused("A password is chosen by the owner of the account.")
    locked: User = User.objects.select_for_update().get(pk=user.pk)
    locked.set_password(password)
    locked.must_change_password = False
    locked.save()
    user.refresh_from_db()
    ended, _ = AuthToken.objects.filter(user=locked).delete()
    recording.required(User).note(record_id=user.pk, account=user.username, tokens_ended=ended)
    return locked


@operation(Permission.ACCOUNT_OWN, "API token made", on=None, always=True)
def make_token(*, by: Actor, reason: str, user: User) -> tuple[AuthToken, str]:
    """Make a token with which a program acts as its owner, and return it with its text, which is kept nowhere.

    Only a hash is stored. Tokens that have expired make room. Refused for another person's account, and when the
    account has as many tokens as it may.
    """
    _own(by, user, "Tokens are made by the owner of the account.")
    User.objects.select_for_update().get(pk=user.pk)
    now, most = clock.now(), knox_settings.TOKEN_LIMIT_PER_USER
    tokens = AuthToken.objects.filter(user=user)
    tokens.filter(expiry__lte=now).delete()
    if most is not None and tokens.count() >= most:
        raise Refused(f"This account has {most} tokens, which is as many as it may. Revoke one first.")
    token, text = AuthToken.objects.create(user)
    token.expiry = now + knox_settings.TOKEN_TTL
    token.save(update_fields=["expiry"])
    recording.required(AuthToken).note(record_id=user.pk, account=user.username, token=token.token_key)
    return token, text


@operation(Permission.ACCOUNT_OWN, "API token revoked", on=None, always=True)
def revoke_token(*, by: Actor, reason: str, user: User, token: str) -> None:
    """Revoke one of one's own tokens by its first characters: it stops working at once."""
    _own(by, user, "Tokens are revoked by the owner of the account.")
    found = AuthToken.objects.filter(user=user, token_key=token)
    if not found.exists():
        raise NotVisible
    found.delete()
    recording.required(AuthToken).note(record_id=user.pk, account=user.username, token=token)


def _own(by: Actor, user: User, otherwise: str) -> None:
    if by.key != str(user.pk):
        raise Refused(otherwise)
