"""Who is acting: a person with what they may do now, or a named part of the system."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from edc import clock
from edc.access.models import Membership, User
from edc.access.roles import ROLES, Permission, Role
from edc.audit.recording import By, Scope


@dataclass(frozen=True)
class Grant:
    """One membership that is in force: a role in a trial, at one site or at all of them."""

    trial_id: uuid.UUID
    site_id: uuid.UUID | None
    role: Role
    trial_code: str
    site_code: str

    def covers(self, permission: Permission, scope: Scope) -> bool:
        """Whether this grant allows something there. What belongs to a whole trial needs no site."""
        return permission in ROLES[self.role].permissions and self.reaches(scope)

    def reaches(self, scope: Scope) -> bool:
        """Whether the place lies within this grant: its trial, and its site where the place has one."""
        return (scope.trial_id is None or self.trial_id == scope.trial_id) and (
            self.site_id is None or scope.site_id is None or self.site_id == scope.site_id
        )


@dataclass(frozen=True)
class Actor:
    """Somebody at work. Made anew for every request, so that an ended membership ends at once."""

    key: str
    username: str
    name: str
    organisation: str = ""
    grants: tuple[Grant, ...] = ()
    channel: str = "web"
    request_id: str = ""
    user: User | None = field(default=None, compare=False)
    system: frozenset[Permission] = frozenset()

    def grant_for(self, permission: Permission, scope: Scope) -> Grant | None:
        """Return the first grant that allows this there, or None."""
        return next((grant for grant in self.grants if grant.covers(permission, scope)), None)

    def may(self, permission: Permission, scope: Scope) -> bool:
        """Whether the actor may do this there. Whoever has an account may keep it."""
        if permission is Permission.ACCOUNT_OWN and self.user is not None:
            return True
        return permission in self.system or self.grant_for(permission, scope) is not None

    def sees(self, scope: Scope) -> bool:
        """Whether the actor may know that something exists there at all."""
        return bool(self.system) or any(grant.reaches(scope) for grant in self.grants)

    def filter(self, permission: Permission, *, trial: str = "trial_id", site: str | None = "site_id") -> Q:
        """Return the condition that leaves only rows where the actor holds a permission.

        `trial` and `site` name the look-ups that lead from the row to its trial and site.
        """
        if permission in self.system:
            return Q()
        condition = Q(pk__in=[])
        for grant in self.grants:
            if permission not in ROLES[grant.role].permissions:
                continue
            here = Q(**{trial: grant.trial_id})
            if grant.site_id is not None and site is not None:
                here &= Q(**{site: grant.site_id})
            condition |= here
        return condition

    def roles_in(self, trial_id: uuid.UUID) -> list[Role]:
        """The roles held in a trial, each once."""
        return list(dict.fromkeys(grant.role for grant in self.grants if grant.trial_id == trial_id))

    def by(self, permission: Permission, scope: Scope) -> By:
        """Return who acts, as the trail will say it, in the role that allows this."""
        grant = self.grant_for(permission, scope)
        if grant is not None:
            role = ROLES[grant.role].label
        else:
            role = ", ".join(ROLES[role].label for role in self.roles_in(scope.trial_id)) if scope.trial_id else ""
        return By(
            key=self.key,
            username=self.username,
            name=self.name,
            role="system" if self.system else role,
            organisation=self.organisation,
            channel=self.channel,
            request_id=self.request_id,
        )


def actor_for(user: User, *, channel: str = "web", request_id: str = "") -> Actor:
    """Return a person at work with the memberships in force now. One query; none for a closed account."""
    return Actor(
        key=str(user.pk),
        username=user.username,
        name=user.name,
        organisation=user.organisation,
        grants=tuple(_grants(user, clock.now())) if user.is_active else (),
        channel=channel,
        request_id=request_id,
        user=user,
    )


def _grants(user: User, now: datetime.datetime) -> Iterable[Grant]:
    """The memberships in force, by trial and site (all sites first), role and age.

    Read as bare columns, and chosen here: this is asked in every request.
    """
    columns = ("trial__code", "site__code", "role", "id", "trial_id", "site_id", "starts_at", "ends_at")
    rows = Membership.objects.filter(user=user).values_list(*columns).order_by()
    by_place = sorted(rows, key=lambda row: (row[0], row[1] or "", row[2], row[3]))
    for trial, site, role, _, trial_id, site_id, starts_at, ends_at in by_place:
        if starts_at <= now and (ends_at is None or ends_at > now):
            yield Grant(trial_id=trial_id, site_id=site_id, role=Role(role), trial_code=trial, site_code=site or "")


def system_actor(name: str, *, channel: str = "job", permissions: Iterable[Permission] = Permission) -> Actor:
    """Return a named part of the system, such as *reminders* or *command line*, with just these permissions."""
    return Actor(
        key=f"system:{name}",
        username=f"system:{name}",
        name=f"System: {name}",
        channel=channel,
        system=frozenset(permissions),
    )
