"""The sites of a trial that somebody may see, or do something at."""

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import Site, Trial

LONG_TEXTS = ("protocol_version__canonical", "protocol_version__source")


def sites_for(actor: Actor, trial: Trial, permission: Permission = Permission.TRIAL_VIEW) -> list[Site]:
    """The sites of the trial where the actor holds a permission, by code, with the version in force there."""
    held = actor.filter(permission, trial="trial_id", site="pk")
    return list(
        Site.objects.filter(held, trial=trial)
        .select_related("trial", "protocol_version")
        .defer(*LONG_TEXTS)
        .order_by("code")
    )


def site_by_code(actor: Actor, trial: Trial, code: str, permission: Permission = Permission.TRIAL_VIEW) -> Site:
    """The site of this code where the actor holds a permission. Raises `NotVisible` when there is none."""
    held = actor.filter(permission, trial="trial_id", site="pk")
    site = (
        Site.objects.filter(held, trial=trial, code=code)
        .select_related("trial", "protocol_version")
        .defer(*LONG_TEXTS)
        .first()
    )
    if site is None:
        raise NotVisible
    return site
