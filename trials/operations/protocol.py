"""Loading a version of the protocol, and opening it at the sites."""

import datetime

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import NotAllowed, NotVisible, Refused
from trials.models import ProtocolVersion, Site, Trial
from trials.protocol import LoadedProtocol
from trials.protocol.diff import diff


@operation(Permission.PROTOCOL_LOAD, "Protocol version loaded", on=None)
def load_protocol(*, by: Actor, reason: str, loaded: LoadedProtocol, source: str) -> ProtocolVersion:
    """Store a version of a protocol as it was checked; the first one sets up the trial and its sites.

    The same text again changes nothing. Another text under a version number that is taken is refused: a version
    never changes. Sites that the trial has keep the version they work with until it is set for them; sites that are
    new in this version start with it.
    """
    facts = loaded.protocol.trial
    trial = Trial.objects.select_for_update().filter(code=facts.code).first()
    before: ProtocolVersion | None = None
    if trial is None:
        if by.user is not None:
            raise Refused(f"There is no trial {facts.code}. A new trial is set up from the command line.")
        trial = Trial(code=facts.code, title=facts.title.text())
        trial.save()
    else:
        if not by.may(Permission.PROTOCOL_LOAD, trial.scope()):
            raise NotAllowed if by.sees(trial.scope()) else NotVisible
        versions: dict[str, ProtocolVersion] = {
            each.version: each for each in trial.protocol_versions.order_by("loaded_at", "id")
        }
        taken = versions.get(loaded.protocol.version)
        if taken is not None and taken.sha256 == loaded.sha256:
            return taken
        if taken is not None:
            raise Refused(
                f"Version {taken.version} of {trial.code} is loaded already, with another text. "
                "Give the changed protocol a new version number, then load it."
            )
        before = list(versions.values())[-1]
    version = ProtocolVersion(
        trial=trial,
        version=loaded.protocol.version,
        sha256=loaded.sha256,
        canonical=loaded.canonical_json,
        source=source,
        loaded_at=clock.now(),
    )
    version.save()
    new_sites = _open_new_sites(trial, version)
    act = recording.required(Trial)
    act.always = True  # a version is kept as it is and has no history of its own: the act is its record
    act.note(
        scope=trial.scope(),
        record_id=version.pk,
        version=version.version,
        sha256=version.sha256,
        replaces=before.version if before else "",
        differences=[str(each) for each in diff(before.protocol, version.protocol)] if before else [],
        sites=new_sites,
    )
    return version


def _open_new_sites(trial: Trial, version: ProtocolVersion) -> list[str]:
    known = set(trial.sites.values_list("code", flat=True))
    sites = [
        Site(
            trial=trial,
            code=site.code,
            name=site.name.text() if site.name else site.city,
            country=site.country,
            time_zone=site.time_zone,
            protocol_version=version,
            protocol_since=clock.today(site.time_zone),
        )
        for site in version.protocol.sites
        if site.code not in known
    ]
    Site.objects.bulk_create(sites)
    return [site.code for site in sites]


@operation(Permission.PROTOCOL_LOAD, "Protocol version opened at a site", on="site")
def set_site_protocol(*, by: Actor, reason: str, site: Site, version: ProtocolVersion, since: datetime.date) -> Site:
    """Let a site work with a version from a day on: participants screened there follow it.

    Name, country and time zone of the site are taken from it as well. Participants already there keep the version
    they were screened with. Refused for a day to come, for a day before the present version, and for an older
    version than the present one.
    """
    site = Site.objects.select_for_update(of=("self",)).select_related("trial", "protocol_version").get(pk=site.pk)
    present = site.protocol_version
    if version.trial_id != site.trial_id:
        raise Refused("This version belongs to another trial.")
    facts = version.protocol.sites_by_code.get(site.code)
    if facts is None:
        raise Refused(f"Version {version.version} does not name site {site.code}. Load a version that does.")
    if version.pk == present.pk:
        return site
    if version.loaded_at < present.loaded_at:
        raise Refused(f"Site {site.code} works with the later version {present.version} already.")
    if since > clock.today(facts.time_zone):
        raise Refused(field_errors={"since": ["This day is still to come. Open the version on the day itself."]})
    if since < site.protocol_since:
        raise Refused(
            field_errors={"since": [f"Version {present.version} has been open here since {site.protocol_since}."]}
        )
    site.protocol_version = version
    site.protocol_since = since
    site.name = facts.name.text() if facts.name else facts.city
    site.country = facts.country
    site.time_zone = facts.time_zone
    site.save()
    recording.required(Site).note(
        record_id=site.pk,
        version=version.version,
        replaces=present.version,
        differences=[str(each) for each in diff(present.protocol, version.protocol)],
    )
    return site
