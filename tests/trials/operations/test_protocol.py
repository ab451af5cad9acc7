"""Protocol versions: loaded once, never changed, opened site by site."""

import datetime

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import NotAllowed, NotVisible, Refused
from tests import builders
from trials.models import ProtocolVersion, Site, Trial
from trials.operations.protocol import load_protocol, set_site_protocol
from trials.protocol import LoadedProtocol, load_text

pytestmark = pytest.mark.django_db

TEXT = builders.DEMO.read_text(encoding="utf-8")
AMENDED = TEXT.replace('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary').replace("Age 18 to 65", "Age 18 to 70")


def amended(text: str = AMENDED) -> LoadedProtocol:
    return load_text(text)


def test_the_first_version_sets_up_the_trial_and_opens_at_every_site(demo: Trial) -> None:
    version = ProtocolVersion.objects.get()
    assert (demo.code, demo.title) == ("DEMO", "Synthetic demonstration trial")
    assert [(s.code, s.name, s.country, s.protocol_version) for s in Site.objects.all()] == [
        ("AA", "Alphaville", "Nowhere", version),
        ("BB", "Betatown", "Nowhere", version),
    ]
    assert version.source == TEXT
    act = Act.objects.get(operation="trials.load_protocol")
    assert (act.trial_id, act.detail["sha256"]) == (demo.pk, version.sha256)


def test_the_same_text_again_changes_nothing(demo: Trial) -> None:
    builders.demo_trial()
    assert (Trial.objects.count(), ProtocolVersion.objects.count()) == (1, 1)
    assert Act.objects.filter(operation="trials.load_protocol").count() == 1


def test_a_version_never_changes(demo: Trial) -> None:
    other = TEXT.replace("Age 18 to 65", "Age 18 to 70")
    with pytest.raises(Refused, match="new version number"):
        load_protocol(by=builders.system(), loaded=amended(other), source=other)
    assert ProtocolVersion.objects.get().source == TEXT


def test_an_amendment_waits_until_a_site_opens_it_and_says_what_differs(demo: Trial, site_a: Site) -> None:
    version = load_protocol(by=builders.system(), loaded=amended(), source=AMENDED)
    act = Act.objects.filter(operation="trials.load_protocol").latest("id")
    assert act.detail["replaces"] == "1.0"
    assert any("Age 18 to 70" in each for each in act.detail["differences"])
    assert {site.protocol_version.version for site in Site.objects.all()} == {"1.0"}
    today = clock.today(site_a.time_zone)
    set_site_protocol(by=builders.system(), site=site_a, version=version, since=today)
    assert [site.protocol_version.version for site in Site.objects.order_by("code")] == ["1.1", "1.0"]
    assert builders.site(demo, "AA").protocol_since == today


def test_a_participant_keeps_the_version_of_the_day_of_screening(demo: Trial, site_a: Site) -> None:
    before = builders.screened_subject(demo)
    version = load_protocol(by=builders.system(), loaded=amended(), source=AMENDED)
    set_site_protocol(by=builders.system(), site=site_a, version=version, since=clock.today(site_a.time_zone))
    after = builders.screened_subject(demo)
    before.refresh_from_db()
    assert (before.protocol_version.version, after.protocol_version.version) == ("1.0", "1.1")


def test_a_new_site_starts_with_the_version_that_names_it(demo: Trial) -> None:
    text = AMENDED.replace(
        "arms:\n", "  - {code: CC, city: Gammaburg, country: Nowhere, time_zone: Europe/Paris}\narms:\n", 1
    )
    load_protocol(by=builders.system(), loaded=load_text(text), source=text)
    assert builders.site(demo, "CC").protocol_version.version == "1.1"
    assert builders.site(demo, "AA").protocol_version.version == "1.0"


def test_a_site_cannot_open_a_version_for_tomorrow_nor_go_back(demo: Trial, site_a: Site) -> None:
    first = site_a.protocol_version
    version = load_protocol(by=builders.system(), loaded=amended(), source=AMENDED)
    today = clock.today(site_a.time_zone)
    day = datetime.timedelta(days=1)
    for since in (today + day, today - day):
        with pytest.raises(Refused) as refusal:
            set_site_protocol(by=builders.system(), site=site_a, version=version, since=since)
        assert "since" in refusal.value.field_errors
    set_site_protocol(by=builders.system(), site=site_a, version=version, since=today)
    with pytest.raises(Refused, match="later version"):
        set_site_protocol(by=builders.system(), site=site_a, version=first, since=today)


def test_only_an_administrator_of_the_trial_loads_and_opens_versions(
    demo: Trial, site_a: Site, administrator: Actor, investigator_a: Actor, outsider: Actor
) -> None:
    load_protocol(by=administrator, loaded=amended(), source=AMENDED)
    version = ProtocolVersion.objects.get(version="1.1")
    today = clock.today(site_a.time_zone)
    with pytest.raises(NotAllowed):
        set_site_protocol(by=investigator_a, site=site_a, version=version, since=today)
    with pytest.raises(NotVisible):
        set_site_protocol(by=outsider, site=site_a, version=version, since=today)
    set_site_protocol(by=administrator, site=site_a, version=version, since=today)


def test_an_administrator_sets_up_no_trial_and_touches_no_other(administrator: Actor) -> None:
    new = TEXT.replace("code: DEMO", "code: OTHER")
    with pytest.raises(Refused, match="command line"):
        load_protocol(by=administrator, loaded=load_text(new), source=new)
    load_protocol(by=builders.system(), loaded=load_text(new), source=new)
    newer = AMENDED.replace("code: DEMO", "code: OTHER")
    with pytest.raises(NotVisible):
        load_protocol(by=administrator, loaded=load_text(newer), source=newer)
