"""A participant in screening, and one on study."""

import datetime
from collections.abc import Mapping
from typing import Any

from edc import clock
from edc.access.actor import Actor
from tests.builders.trial import site as site_of
from tests.builders.trial import system
from trials.models import Site, Subject, Trial
from visits.operations.arm import assign_arm
from visits.operations.eligibility import evaluate_eligibility, judge_criterion
from visits.operations.entry import save_entry
from visits.operations.participants import screen_subject

ELIGIBLE: Mapping[str, Mapping[str, Any]] = {
    "DM": {"INITIALS": "AB", "BRTHDAT": "1985-03-07", "SEX": "F", "PREGYN": "N"}
}
"""Screening forms of the synthetic trial, as somebody who may take part would have them filled in."""


def screened_subject(
    trial: Trial,
    site: Site | str = "AA",
    *,
    by: Actor | None = None,
    on: datetime.date | None = None,
    consent_version: str = "",
) -> Subject:
    """Screen a participant at a site (its code will do), with consent on the same day: today, or `on`."""
    place = site_of(trial, site) if isinstance(site, str) else site
    day = on or clock.today(place.time_zone)
    version = place.protocol_version.protocol.consent.version_on(day)
    assert version is not None
    return screen_subject(
        by=by or system(),
        key=clock.new_id(),
        site=place,
        consent_version=consent_version or version.version,
        consented_on=day,
        screened_on=day,
    )


def eligible_subject(
    trial: Trial,
    site: Site | str = "AA",
    *,
    by: Actor | None = None,
    on: datetime.date | None = None,
    forms: Mapping[str, Mapping[str, Any]] = ELIGIBLE,
) -> Subject:
    """Screen a participant, fill in the screening forms, and have every criterion decided in favour."""
    actor = by or system()
    subject = screened_subject(trial, site, by=actor, on=on)
    for form, data in forms.items():
        save_entry(by=actor, subject=subject, slot=f"visit:SCR/1/{form}/1", data=data)
    evaluate_eligibility(by=actor, subject=subject)
    for criterion in subject.protocol.eligibility:
        if not criterion.rule:
            judge_criterion(by=system(), subject=subject, criterion=criterion.id, verdict="met")
    return subject


def enrolled_subject(
    trial: Trial,
    site: Site | str = "AA",
    *,
    arm: str = "CTL",
    by: Actor | None = None,
    on: datetime.date | None = None,
    forms: Mapping[str, Mapping[str, Any]] = ELIGIBLE,
) -> Subject:
    """Take a participant through screening into an arm: on study, calendar laid. Day 0 is today, or `on`."""
    subject = eligible_subject(trial, site, by=by, on=on, forms=forms)
    return assign_arm(by=system(), subject=subject, key=clock.new_id(), arm=arm, note="As agreed", assigned_on=on)
