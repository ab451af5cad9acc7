"""Recording adverse events: numbered one by one, columns in line with the report, nothing lost, nothing doubled."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event, save_event_report, withdraw_event
from edc import clock
from edc.access.actor import Actor
from edc.audit.models import Act
from edc.audit.verification import problems
from edc.errors import Conflict, NeedsReason, NotAllowed, NotVisible, Refused
from tests import builders
from tests.trials.protocol.mistakes import changed
from trials.models import Subject, Trial
from trials.operations.protocol import load_protocol, set_site_protocol
from trials.protocol import load_text
from visits.models import Cell, Entry, Query
from visits.operations.consent import withdraw_consent
from visits.operations.ending import end_participation
from visits.operations.entry import save_entry, withdraw_entry

pytestmark = pytest.mark.django_db

HEADACHE = {"AETERM": "Headache", "AESTDAT": "2026-02", "AEGRADE": "1", "AESER": "N"}
LIVER = Path(__file__).resolve().parents[3] / "trials" / "protocols" / "NCT01573923.yaml"


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=date(2026, 1, 5))


def opened(by: Actor, subject: Subject, **typed: Any) -> AdverseEvent:
    return open_event(by=by, subject=subject, data={**HEADACHE, **typed}, key=clock.new_id())


def columns(event: AdverseEvent) -> tuple[str, str, bool | None, str, str]:
    event = AdverseEvent.objects.get(pk=event.pk)
    return event.term, event.grade, event.serious, event.onset, event.ended


def test_an_event_is_recorded_with_its_report(subject: Subject, investigator_a: Actor) -> None:
    one = opened(investigator_a, subject)
    assert columns(one) == ("Headache", "1", False, "2026-02", "")
    report = Entry.objects.get(event_id=one.pk)
    assert (report.slot, report.form, report.status) == ("event:1/AE/1", "AE", "complete")
    assert Cell.objects.get(entry=report).slot == "event:1/AE/1"
    act = Act.objects.latest("id")
    assert (act.sentence, act.form, act.record_id, act.detail["event"]) == (
        "Adverse event 1 recorded", "AE", report.pk, str(one.pk),
    )  # fmt: skip
    assert list(problems()) == []


def test_numbers_follow_one_another_for_each_participant(subject: Subject, demo: Trial, nurse_a: Actor) -> None:
    other = builders.screened_subject(demo)
    assert [opened(nurse_a, one).number for one in (subject, subject, other)] == [1, 2, 1]


def test_the_same_key_is_one_event(subject: Subject, demo: Trial, nurse_a: Actor) -> None:
    key = clock.new_id()
    for _ in range(2):
        assert open_event(by=nurse_a, subject=subject, data=HEADACHE, key=key).number == 1
    assert AdverseEvent.objects.count() == Entry.objects.filter(form="AE").count() == 1
    with pytest.raises(Conflict, match="another participant"):
        open_event(by=nurse_a, subject=builders.screened_subject(demo), data=HEADACHE, key=key)


@pytest.mark.parametrize(
    ("typed", "path", "message"),
    [
        ({"AEGRADE": "9"}, "AEGRADE", ""),
        ({"AESTDAT": "03/04/2026"}, "AESTDAT", "not read"),
        ({"AESTDAT": "2026-03-03"}, "AESTDAT", "in the future"),
    ],
)
def test_what_cannot_be_is_refused_and_takes_no_number(
    subject: Subject, nurse_a: Actor, typed: dict[str, str], path: str, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        opened(nurse_a, subject, **typed)
    assert message in refused.value.field_errors[path][0]
    assert not AdverseEvent.objects.exists()
    assert Act.objects.latest("id").outcome == "refused"
    assert opened(nurse_a, subject).number == 1


def test_nothing_typed_is_no_event(subject: Subject, nurse_a: Actor) -> None:
    with pytest.raises(Refused, match="Nothing is entered"):
        open_event(by=nurse_a, subject=subject, data={}, key=clock.new_id())
    assert not AdverseEvent.objects.exists()


def test_the_columns_follow_each_change_of_the_report(subject: Subject, nurse_a: Actor) -> None:
    one = opened(nurse_a, subject, AESER="")
    assert columns(one)[2] is None
    filled = save_event_report(by=nurse_a, event=one, data={"AESER": "N", "AEENDAT": "2026-03-01"}, base_revision=1)
    assert columns(one) == ("Headache", "1", False, "2026-02", "2026-03-01")
    with pytest.raises(NeedsReason):
        save_event_report(by=nurse_a, event=one, data={"AEGRADE": "3"}, base_revision=2)
    save_event_report(by=nurse_a, event=one, data={"AEGRADE": "3"}, base_revision=2, reason="Went to bed")
    assert columns(one)[1:3] == ("3", True)
    assert filled.slot == "event:1/AE/1"
    acts = Act.objects.count()
    save_event_report(by=nurse_a, event=one, data={"AEGRADE": "3"}, base_revision=3)
    assert Act.objects.count() == acts
    with pytest.raises(Conflict):
        save_event_report(by=nurse_a, event=one, data={"AETERM": "Migraine"}, base_revision=1)
    assert list(problems()) == []


def test_a_withdrawn_event_keeps_its_number_and_its_record(subject: Subject, nurse_a: Actor) -> None:
    one = opened(nurse_a, subject)
    with pytest.raises(NeedsReason):
        withdraw_event(by=nurse_a, event=one)
    gone = withdraw_event(by=nurse_a, event=one, reason="Another participant")
    assert (gone.withdrawn, gone.withdrawn_note, gone.term) == (True, "Another participant", "Headache")
    report = Entry.objects.get(event_id=one.pk)
    assert (report.withdrawn, report.values["AETERM"]["text"]) == (True, "Headache")
    assert not Cell.objects.filter(entry=report).exists()
    assert not Query.objects.filter(entry=report).exclude(state="closed").exists()
    acts = Act.objects.count()
    withdraw_event(by=nurse_a, event=one, reason="Once more")
    assert Act.objects.count() == acts
    with pytest.raises(Refused, match="Record a new one"):
        save_event_report(by=nurse_a, event=one, data={"AEGRADE": "2"}, base_revision=report.revision, reason="Slip")
    assert opened(nurse_a, subject).number == 2
    assert list(problems()) == []


def test_a_report_is_neither_saved_nor_withdrawn_behind_the_back_of_its_event(
    subject: Subject, coordinator_a: Actor
) -> None:
    one = opened(coordinator_a, subject)
    with pytest.raises(NotVisible):
        save_entry(by=coordinator_a, subject=subject, slot="event:1/AE/1", data={"AEGRADE": "2"}, base_revision=1)
    with pytest.raises(NotVisible):
        withdraw_entry(by=coordinator_a, entry=Entry.objects.get(event_id=one.pk), reason="Slip")


def test_only_who_records_events_does_and_only_at_their_site(
    subject: Subject, monitor: Actor, coordinator_a: Actor, coordinator_b: Actor
) -> None:
    one = opened(coordinator_a, subject)
    for actor, error in ((monitor, NotAllowed), (coordinator_b, NotVisible)):
        with pytest.raises(error):
            opened(actor, subject)
        with pytest.raises(error):
            save_event_report(by=actor, event=one, data={"AEGRADE": "2"}, base_revision=1, reason="Slip")
        with pytest.raises(error):
            withdraw_event(by=actor, event=one, reason="Slip")


def test_events_are_recorded_after_the_end_and_after_withdrawal_of_consent_where_the_protocol_allows(
    subject: Subject, coordinator_a: Actor, demo: Trial
) -> None:
    end_participation(by=builders.system(), subject=subject, status="lost", on=date(2026, 2, 10), note="Moved away")
    assert opened(coordinator_a, subject).number == 1
    other = builders.enrolled_subject(demo, on=date(2026, 1, 5))
    withdraw_consent(by=coordinator_a, subject=other, on=date(2026, 2, 1), reason="Wishes to stop")
    event = opened(coordinator_a, other)
    text = changed(
        ('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary'), ("after_withdrawal: [AE]", "after_withdrawal: []")
    )
    version = load_protocol(by=builders.system(), loaded=load_text(text, "demo.yaml"), source=text)
    set_site_protocol(by=builders.system(), site=subject.site, version=version, since=date(2026, 3, 2))
    with pytest.raises(Refused, match="Consent was withdrawn"):
        opened(coordinator_a, other)
    with pytest.raises(Refused, match="Consent was withdrawn"):
        save_event_report(by=coordinator_a, event=event, data={"AEGRADE": "2"}, base_revision=1, reason="Worse")


def test_in_the_liver_trial_a_cancer_of_grade_1_is_serious_and_an_end_before_the_onset_is_refused(
    frozen_clock: clock.Fixed, db: None
) -> None:
    trial = builders.trial_from(LIVER)
    subject = builders.screened_subject(trial, "BJ", on=date(2026, 1, 5))
    no = dict.fromkeys(("AESDTH", "AESLIFE", "AESDISAB", "AESHOSP", "AESCONG", "AESMIE"), "N")
    typed = {"AETERM": "Hepatocellular carcinoma", "AESTDAT": "2026-02-10", "AEGRADE": "1", "AETUMOR": "HCC", **no}
    with pytest.raises(Refused) as refused:
        open_event(
            by=builders.system(),
            subject=subject,
            data={**typed, "AEENDAT": "2026-02-09", "AEONGO": "N"},
            key=clock.new_id(),
        )
    assert refused.value.field_errors == {"AEENDAT": ["The end is before the onset"]}
    event = open_event(by=builders.system(), subject=subject, data=typed, key=clock.new_id())
    assert (event.grade, event.serious) == ("1", True)
    save_event_report(
        by=builders.system(), event=event, data={"AETUMOR": "NO"}, base_revision=1, reason="The biopsy says no tumour"
    )
    assert columns(event)[2] is False


def test_a_save_takes_as_many_statements_for_the_tenth_event_as_for_the_second(
    subject: Subject, nurse_a: Actor
) -> None:
    counts = []
    for _ in range(10):
        with CaptureQueriesContext(connection) as captured:
            opened(nurse_a, subject)
        counts.append(len(captured))
    assert counts[9] == counts[1] <= 20, counts
