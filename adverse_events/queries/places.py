"""The place of an event's report in the participant's case book."""

from adverse_events.models import AdverseEvent
from edc.errors import NotVisible
from visits.queries.places import Place
from visits.rules.slots import event_slot


def place_of_event(event: AdverseEvent) -> Place:
    """Where the site's report of an event belongs; raises `NotVisible` where the protocol has none."""
    settings = event.subject.site.protocol_version.protocol.adverse_events
    if settings is None:
        raise NotVisible
    slot = event_slot(event.number, settings.form)
    return Place(event.subject, slot, event_id=event.pk, label=f"Event {event.number}")
