"""A participant in screening, and one on study."""

import datetime

from edc import clock
from edc.access.actor import Actor
from tests.builders.trial import site as site_of
from tests.builders.trial import system
from trials.models import Site, Subject, Trial
from visits.operations.participants import screen_subject


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
