"""A trial with one of everything at two sites, and birth date and initials that nobody but the site may learn."""

from dataclasses import dataclass, field
from functools import cached_property

import pytest

from adverse_events.operations.events import open_event
from edc import clock
from edc.access.actor import Actor
from edc.access.models import Membership
from edc.access.roles import Role
from edc.errors import Refused
from tests import builders
from trials.models import Subject, Trial
from visits.models import Infusion, Query, Visit
from visits.operations.drafts import keep_draft
from visits.operations.entry import parse_slot, save_entry
from visits.operations.queries import answer_query, open_query
from visits.queries.places import form_at

SECRETS = {
    "initials": "QZXW",
    "initials before": "QZXV",
    "initials refused": "QZXWVU",
    "initials in a draft": "QZXD",
    "birth date": "1977-11-23",
    "birth date before": "1977-11-24",
    "birth date refused": "1977-31-23",
    "what was asked": "ASKQZQ",
    "what was answered": "SAIDQZQ",
    "why it was changed": "WHYQZQ",
    "birth date in words": "November 1977",
}
SCREENING = "visit:SCR/1/DM/1"


@dataclass
class Place:
    """One of everything at one site, by key."""

    subject: Subject
    screened: Subject
    keys: dict[str, list[object]] = field(default_factory=dict)


class People(dict[str, Actor]):
    """Everybody by role, with the site's letter for those who work at one: made when first asked for."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self.trial = trial

    def __missing__(self, name: str) -> Actor:
        role, _, letter = name.rpartition("_") if name[-2:] in {"_a", "_b"} else (name, "", "")
        site = builders.site(self.trial, letter.upper() * 2) if letter else None
        self[name] = builders.person(Role(role), self.trial, site, username=str(name))
        return self[name]


@dataclass
class World:
    """The trial, its people by role, and what stands at each site: the second one made when first asked for."""

    trial: Trial
    people: People

    @cached_property
    def a(self) -> Place:
        """What stands at site AA."""
        return _filled(self.trial, "AA", self.people, "a")

    @cached_property
    def b(self) -> Place:
        """What stands at site BB."""
        return _filled(self.trial, "BB", self.people, "b")


@pytest.fixture
def world(demo: Trial, frozen_clock: clock.Fixed) -> World:
    """The synthetic trial in full swing."""
    full = World(demo, People(demo))
    assert full.a.subject.label
    return full


def _filled(trial: Trial, site: str, people: People, code: str) -> Place:
    coordinator, monitor = people[f"coordinator_{code}"], people[Role.MONITOR]
    identity = {
        "INITIALS": SECRETS["initials before"],
        "BRTHDAT": SECRETS["birth date before"],
        "SEX": "F",
        "PREGYN": "N",
    }
    subject = builders.enrolled_subject(trial, site, arm="CELL", by=coordinator, forms={"DM": identity})
    screened = builders.screened_subject(trial, site, by=coordinator)
    own = save_entry(
        by=coordinator,
        subject=subject,
        slot=SCREENING,
        data={"INITIALS": SECRETS["initials"], "BRTHDAT": SECRETS["birth date"]},
        base_revision=1,
        reason=SECRETS["why it was changed"],
    )
    for wrong in (
        {"INITIALS": SECRETS["initials refused"]},
        {"BRTHDAT": SECRETS["birth date refused"]},
    ):
        with pytest.raises(Refused):
            save_entry(by=coordinator, subject=subject, slot=SCREENING, data=wrong, base_revision=2)
    slot = parse_slot(SCREENING)
    typed = {"INITIALS": [SECRETS["initials in a draft"]]}
    keep_draft(coordinator, subject, slot, form_at(subject.site.protocol_version, slot), typed, 2)
    signs = save_entry(
        by=coordinator,
        subject=subject,
        slot="visit:M0/1/VS/1",
        data={"VSDAT": clock.today("Asia/Shanghai").isoformat(), "WEIGHT": "30.5"},
    )
    drug = save_entry(by=coordinator, subject=subject, slot="log/CM/1", data={"CMTRT": "Aspirin"})
    asked = open_query(by=monitor, entry=own, path="BRTHDAT", message=SECRETS["what was asked"])
    answer_query(by=coordinator, query=asked, answer=SECRETS["what was answered"])
    plain = open_query(by=monitor, entry=signs, path="VSDAT", message="Compare with the source")
    report = {"AETERM": "Rash", "AESTDAT": "2026-02", "AEGRADE": "1", "AESER": "N"}
    event = open_event(by=coordinator, subject=subject, data=report, key=clock.new_id())
    return Place(
        subject,
        screened,
        {
            "code": [trial.code],
            "subject_id": [subject.pk, screened.pk],
            "visit_id": list(Visit.objects.filter(subject=subject).values_list("pk", flat=True)[:3]),
            "entry_id": [own.pk, signs.pk, drug.pk],
            "query_id": [asked.pk, plain.pk, *Query.objects.filter(opened_by="check").values_list("pk", flat=True)[:1]],
            "event_id": [event.pk],
            "number": list(Infusion.objects.filter(subject=subject).values_list("number", flat=True)),
            "slot": [SCREENING, "visit:M0/1/VS/1", "log/CM/1", "event:1/AE/1", "infusion:1/INF/1"],
            "path": ["INITIALS", "BRTHDAT", "VSDAT", "CMTRT"],
            "user_id": [coordinator.key],
            "membership_id": list(Membership.objects.filter(user=coordinator.user).values_list("pk", flat=True)),
            "criterion": ["I01", "I02"],
            "version": ["1.0"],
            "token": ["edc_0"],
            "kind": ["csv"],
        },
    )
