"""What stands beside the form of an infusion: its deviations, and what else may be recorded of it."""

from dataclasses import dataclass

from edc.access.actor import Actor
from edc.access.roles import Permission
from visits.models import Deviation, Entry, Infusion
from visits.queries.classes import hidden_classes


@dataclass
class InfusionPage:
    """The deviations that stand, and which acts are open to the actor now."""

    deviations: list[Deviation]
    may_be_marked: bool
    """Whether it can be recorded as not given."""
    may_be_undone: bool


def infusion_page(actor: Actor, infusion: Infusion) -> InfusionPage:
    """Read what stands beside the form, for an infusion that was fetched in the actor's scope."""
    scope = infusion.subject.scope()
    filled_in = Entry.objects.filter(infusion=infusion, withdrawn=False).exists()
    may_record = actor.may(Permission.INFUSION_RECORD, scope)
    status = Infusion.Status(infusion.status)
    deviations = Deviation.objects.filter(infusion=infusion, withdrawn=False).exclude(
        blinding__in=hidden_classes(actor, scope)
    )
    return InfusionPage(
        deviations=list(deviations.order_by("id")) if actor.may(Permission.DEVIATION_VIEW, scope) else [],
        may_be_marked=may_record and status is Infusion.Status.PLANNED and not filled_in,
        may_be_undone=may_record and (filled_in or status in {Infusion.Status.GIVEN, Infusion.Status.NOT_GIVEN}),
    )
