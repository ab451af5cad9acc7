"""The trials somebody works in."""

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotVisible
from trials.models import Trial


def trials_for(actor: Actor) -> list[Trial]:
    """The trials that the actor may see, by code."""
    visible = actor.filter(Permission.TRIAL_VIEW, trial="pk", site=None)
    return list(Trial.objects.filter(visible).order_by("code"))


def trial_by_code(actor: Actor, code: str) -> Trial:
    """The trial of this code. Raises `NotVisible` when there is none, or not for this actor."""
    if not code.isprintable():  # no trial is called so, and PostgreSQL does not even look for it
        raise NotVisible
    visible = actor.filter(Permission.TRIAL_VIEW, trial="pk", site=None)
    trial = Trial.objects.filter(visible, code=code).first()
    if trial is None:
        raise NotVisible
    return trial
