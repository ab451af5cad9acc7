"""What one reader takes out of one trial: from which sites, and what stays behind.

An extract is one file for one reader, so what is not open goes in only where they may see it at every site that
the extract covers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from edc.access.actor import Actor
from edc.access.roles import ROLES, Permission
from edc.exports.description import Information, LeftOut
from trials.models import ProtocolVersion, Site, Trial
from trials.protocol import Protocol
from trials.queries.scope import need

CHUNK = 1000
"""Rows that are fetched at a time; the memory needed does not grow with the rows."""

IDENTIFIES = "It identifies a participant, and your role does not show that."
UNBLINDS = "It tells a treatment arm, and your role does not show that."
WHY = {Information.IDENTIFYING: IDENTIFIES, Information.UNBLINDING: UNBLINDS}

Rows = TypeVar("Rows", bound=Model)


@dataclass(frozen=True)
class Reading:
    """One reader, one trial, one moment of the database."""

    actor: Actor
    trial: Trial
    sites: tuple[Site, ...]
    versions: tuple[ProtocolVersion, ...]
    """Every protocol version, the newest first."""
    using: str
    permission: Permission = Permission.EXTRACT_DATA

    @cached_property
    def identifying(self) -> bool:
        """Whether what identifies a participant is included."""
        return self._everywhere(Permission.IDENTIFYING_VIEW)

    @cached_property
    def unblinding(self) -> bool:
        """Whether what tells an arm in a blinded trial is included."""
        return self._everywhere(Permission.UNBLINDED_VIEW)

    @cached_property
    def arms(self) -> bool:
        """Whether arms are included: in an open trial for whoever sees them, else for the unblinded."""
        masked = any(version.protocol.trial.masking != "open" for version in self.versions)
        return self._everywhere(Permission.UNBLINDED_VIEW if masked else Permission.ARM_VIEW)

    @property
    def whole_trial(self) -> bool:
        """Whether the reader's role spans all sites, so that what belongs to no site is part of the extract."""
        return self.permission in self.actor.system or any(
            grant.trial_id == self.trial.pk
            and grant.site_id is None
            and self.permission in ROLES[grant.role].permissions
            for grant in self.actor.grants
        )

    def _everywhere(self, permission: Permission) -> bool:
        return bool(self.sites) and all(self.actor.may(permission, site.scope()) for site in self.sites)

    def includes(self, information: str) -> bool:
        """Whether information of this class is included."""
        match Information(information):
            case Information.IDENTIFYING:
                return self.identifying
            case Information.UNBLINDING:
                return self.unblinding
            case _:
                return True

    @cached_property
    def protocols(self) -> dict[UUID, Protocol]:
        """Every version's protocol by the version's key, the newest first."""
        return {version.pk: version.protocol for version in self.versions}

    @cached_property
    def version_names(self) -> dict[UUID, str]:
        """Every version's name by its key."""
        return {version.pk: version.version for version in self.versions}

    @property
    def newest(self) -> Protocol:
        """The protocol whose words are used."""
        return self.versions[0].protocol

    @cached_property
    def withheld(self) -> dict[str, LeftOut]:
        """What is left out, by reference (`DM.INITIALS`): an item that any version of the protocol closes."""
        found: dict[str, LeftOut] = {}
        for protocol in self.protocols.values():
            for form in protocol.forms:
                for item in form.all_items():
                    closed = next((one for one in (form.class_, item.class_) if not self.includes(one)), None)
                    if closed is not None:
                        words = f"{item.label.text()} ({form.id}.{item.id})"
                        found.setdefault(f"{form.id}.{item.id}", LeftOut(words, WHY[Information(closed)]))
        return found

    def rows(self, model: type[Rows], to_site: str = "subject__site_id") -> "QuerySet[Rows]":
        """The rows of a model at the sites of this extract, in the moment that it reads."""
        found: QuerySet[Rows] = model._default_manager.using(self.using)
        return found.filter(**{f"{to_site}__in": [site.pk for site in self.sites]})

    def stream(self, rows: "QuerySet[Any]", *names: str) -> Iterator[tuple[Any, ...]]:
        """These columns of the rows, one by one, in one query."""
        return rows.values_list(*names).iterator(chunk_size=CHUNK)


def reading(actor: Actor, trial: Trial, using: str) -> Reading:
    """Say what this reader takes out of the trial. Two queries.

    Raises `NotVisible` when the trial does not exist for them, `NotAllowed` when their role takes nothing out.
    """
    need(actor, Permission.EXTRACT_DATA, trial)
    held = actor.filter(Permission.EXTRACT_DATA, trial="trial_id", site="pk")
    sites = Site.objects.using(using).filter(held, trial_id=trial.pk).select_related("trial").order_by("code")
    versions = (
        ProtocolVersion.objects.using(using)
        .filter(trial_id=trial.pk)
        .defer("canonical", "source")
        .order_by("-loaded_at", "-id")
    )
    return Reading(actor, trial, tuple(sites), tuple(versions), using)
