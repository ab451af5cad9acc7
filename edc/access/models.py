"""Accounts and memberships: who a person is, and what they may do, where, and for how long."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from edc.access.roles import Role
from edc.audit.guard import Audited, AuditedQuerySet
from edc.audit.recording import Scope


class UserManager(BaseUserManager.from_queryset(AuditedQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Finds accounts by name, whatever the case it is typed in."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username__iexact=clean_username(username or ""))


def clean_username(text: str) -> str:
    """Return a user name in the one spelling that is stored (Unicode NFKC, no blanks around it)."""
    return unicodedata.normalize("NFKC", text).strip()


class User(Audited, AbstractBaseUser):
    """A person's account. It is closed, never deleted, and its name is never given to anybody else.

    Password and last log-in are not in the history; a change of password is an act of its own.
    """

    unrecorded: ClassVar[frozenset[str]] = frozenset({"password", "last_login"})

    username = models.CharField("user name", max_length=150, unique=True)
    name = models.CharField("printed name", max_length=200)
    email = models.EmailField("e-mail", blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField("open", default=True)
    must_change_password = models.BooleanField("has to choose a password at the next log-in", default=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta(Audited.Meta):
        verbose_name = "account"
        constraints = (
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once_whatever_the_case",
                violation_error_message="There is, or was, an account of this name. Choose another.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    def get_full_name(self) -> str:
        return self.name


class Membership(Audited):
    """One role of one person in one trial, at one site or at all, from a moment until another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    trial = models.ForeignKey("trials.Trial", on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey("trials.Site", on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta(Audited.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gte=models.F("starts_at")),
                name="membership_ends_after_it_starts",
                violation_error_message="A membership ends after it starts.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role}"

    def scope(self) -> Scope:
        """The trial and site; sealed with the system's chain, where all access is."""
        return Scope(
            trial_id=self.trial_id,
            site_id=self.site_id,
            trial_code=self.trial.code,
            site_code=self.site.code if self.site else "",
        )

    def chain(self) -> str:
        return "system"
