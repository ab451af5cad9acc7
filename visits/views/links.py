"""Addresses and the way back, for the pages of a participant."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from trials.models import Subject, Trial
from visits.models import Entry, Infusion, Visit
from visits.queries.places import Place, event_at
from visits.queries.subject_page import entry_url, infusion_url
from visits.rules.slots import Slot

Crumb = dict[str, str]


def address(name: str, *args: Any) -> str:
    """An address by name, or '' where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def trial_crumbs(trial: Trial) -> list[Crumb]:
    """The way from the top to a page of a trial."""
    crumbs = [{"label": trial.code, "href": address("trials:trial", trial.code)}]
    return [*crumbs, {"label": "Participants", "href": address("trials:participants", trial.code)}]


def subject_crumbs(subject: Subject) -> list[Crumb]:
    """The way from the top to a page of a participant."""
    here = {"label": subject.label, "href": reverse("visits:subject", args=[subject.pk])}
    return [*trial_crumbs(subject.trial), here]


def visit_crumbs(visit: Visit) -> list[Crumb]:
    """The way from the top to a page of a visit."""
    return [*subject_crumbs(visit.subject), {"label": visit.label, "href": reverse("visits:visit", args=[visit.pk])}]


def infusion_crumbs(infusion: Infusion) -> list[Crumb]:
    """The way from the top to a page of an infusion."""
    here = {"label": f"Infusion {infusion.number}", "href": infusion_url(infusion)}
    return [*subject_crumbs(infusion.subject), here]


def place_crumbs(place: Place) -> list[Crumb]:
    """The way from the top to a form."""
    if place.visit is not None:
        return visit_crumbs(place.visit)
    return infusion_crumbs(place.infusion) if place.infusion is not None else subject_crumbs(place.subject)


def event_url(subject: Subject, slot: Slot) -> str:
    """The page of the adverse event at a slot; that of all events while this one is not recorded."""
    event_id = event_at(subject, slot)
    if event_id is None:
        return address("adverse_events:events", subject.pk)
    return address("adverse_events:event", event_id)


def entry_page_url(entry: Entry) -> str:
    """The page of an entry: that of its slot, or of its infusion or event."""
    if entry.slot.startswith("event:") and entry.event_id is not None:
        return address("adverse_events:event", entry.event_id)
    if entry.infusion is not None:
        return infusion_url(entry.infusion)
    return entry_url(entry.subject, entry.slot)
