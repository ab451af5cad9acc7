"""Who may know what of a form: items of a class that somebody may not see are withheld, never sent."""

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.audit.recording import Scope
from trials.protocol.schema.forms import Form
from visits.forms.values import item_at
from visits.models import BlindingClass

NEEDS = {
    BlindingClass.IDENTIFYING: Permission.IDENTIFYING_VIEW,
    BlindingClass.UNBLINDING: Permission.UNBLINDED_VIEW,
}


def may_know(actor: Actor, scope: Scope, information: str) -> bool:
    """Whether somebody may see information of this class there."""
    needed = NEEDS.get(BlindingClass(information))
    return needed is None or actor.may(needed, scope)


def hidden_classes(actor: Actor, scope: Scope) -> frozenset[str]:
    """The classes of information that somebody may not see there."""
    return frozenset(one.value for one in NEEDS if not may_know(actor, scope, one))


def withheld_items(actor: Actor, scope: Scope, form: Form) -> frozenset[str]:
    """The items of a form that somebody may not see there."""
    hidden = hidden_classes(actor, scope)
    return frozenset(item.id for item in form.all_items() if item.class_ in hidden)


def class_at(form: Form, path: str) -> str:
    """The class of a path of a form: that of its item, and of the form where that is stricter."""
    item = item_at(form, path)
    if form.class_ != "open" or item is None:
        return form.class_
    return item.class_
