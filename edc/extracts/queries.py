"""What somebody has taken out of a trial before."""

from edc.access.actor import Actor
from edc.audit.models import Act
from trials.models import Trial

SHOWN = 10


def my_last_extracts(actor: Actor, trial: Trial) -> list[Act]:
    """The actor's own last extracts of a trial, newest first."""
    acts = Act.objects.filter(
        actor_key=actor.key, trial_id=trial.pk, operation="extracts.make_extract", outcome=Act.Outcome.DONE
    )
    return list(acts.order_by("-id")[:SHOWN])
