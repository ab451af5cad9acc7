"""Adverse events as a programme reads them: lists to be cut into pages, with the scope and classes of the pages."""

from typing import Any

from django.db.models import QuerySet

from adverse_events.models import AdverseEvent
from edc.access.actor import Actor
from edc.access.roles import Permission
from trials.models import Subject, Trial
from trials.queries.scope import need
from visits.queries.found import lean


def events_in(actor: Actor, trial: Trial) -> QuerySet[Any]:
    """The events of a trial at the sites where the actor reads forms."""
    need(actor, Permission.ENTRY_VIEW, trial)
    visible = actor.filter(Permission.ENTRY_VIEW, trial="subject__trial_id", site="subject__site_id")
    return lean(AdverseEvent.objects.filter(visible, subject__trial=trial), "subject")


def events_about(actor: Actor, subject: Subject) -> QuerySet[Any]:
    """The events of one participant."""
    need(actor, Permission.ENTRY_VIEW, subject)
    return lean(AdverseEvent.objects.filter(subject=subject), "subject")
