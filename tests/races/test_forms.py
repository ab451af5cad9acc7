"""Several people at one form, or at several forms of one participant, at the same moment."""

import datetime
from functools import partial

import pytest
from django.db import connection

from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event
from edc import clock
from edc.access.actor import Actor, actor_for
from edc.access.models import Membership, User
from edc.access.operations import end_membership
from edc.audit.models import Act, Seal
from edc.errors import Conflict, NotVisible, Refused
from tests import builders
from tests.races.conftest import DAY, crowd, stopped, succeeded, together
from trials.models import Subject, Trial
from visits.models import Cell, Entry, Infusion
from visits.operations.consent import withdraw_consent
from visits.operations.entry import save_entry
from visits.operations.infusions import record_infusion

pytestmark = pytest.mark.django_db(transaction=True)

VS = "visit:M1/1/VS/1"
SIGNS = {"VSDAT": "2024-08-01", "WEIGHT": "61.0", "SYSBP": "120", "DIABP": "80"}
GIVEN = {
    "EXSTDAT": "2024-07-02",
    "EXSTTIM": "10:00",
    "EXENTIM": "11:00",
    "EXCELLS": {"text": "4.0", "unit": "10^7"},
    "EXVOL": "40",
}


@pytest.fixture
def subject(demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=DAY)


def saved_acts(operation: str = "visits.save_entry") -> int:
    return Act.objects.filter(operation=operation, outcome="done").count()


def test_of_two_who_change_one_form_the_second_is_told_and_nothing_is_lost(
    subject: Subject, coordinator_a: Actor, colleague: Actor
) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    for turn in range(crowd(20, 8)):
        people = {coordinator_a: f"{60 + turn}.1", colleague: f"{60 + turn}.2"}
        outcomes = together(
            *(
                partial(
                    save_entry,
                    by=who,
                    subject=subject,
                    slot=VS,
                    data={"WEIGHT": weight},
                    base_revision=entry.revision,
                    reason="Read again",
                )
                for who, weight in people.items()
            )
        )
        (first,) = succeeded(outcomes)
        (conflict,) = stopped(outcomes, Conflict)
        entry.refresh_from_db()
        assert isinstance(conflict, Conflict)
        assert isinstance(conflict.current, Entry)
        assert entry.values["WEIGHT"] == first.values["WEIGHT"] == conflict.current.values["WEIGHT"]
        assert entry.values["WEIGHT"]["text"] in people.values()
        assert entry.revision == turn + 2
    refusals = Act.objects.filter(operation="visits.save_entry", outcome="refused", record_id=entry.pk)
    assert refusals.count() == crowd(20, 8)
    assert Entry.history.filter(id=entry.pk).count() == entry.revision


def test_an_empty_form_is_first_filled_in_by_exactly_one(subject: Subject, coordinator_a: Actor) -> None:
    people = crowd(12, 6)
    outcomes = together(
        *(
            partial(save_entry, by=coordinator_a, subject=subject, slot=VS, data={**SIGNS, "SYSBP": str(120 + number)})
            for number in range(people)
        )
    )
    (entry,) = succeeded(outcomes)
    assert len(stopped(outcomes, Conflict)) == people - 1
    standing = Entry.objects.get(subject=subject, slot=VS)
    assert (standing.pk, standing.revision, standing.values) == (entry.pk, 1, entry.values)
    assert Cell.objects.get(subject=subject, slot=VS).answered == len(SIGNS)


def test_the_same_form_sent_twice_is_one_save(subject: Subject, coordinator_a: Actor) -> None:
    before = saved_acts()
    send = partial(save_entry, by=coordinator_a, subject=subject, slot=VS, data=SIGNS, key=clock.new_id())
    outcomes = together(*[send] * 4)
    assert len({entry.pk for entry in succeeded(outcomes)}) == 1
    assert not stopped(outcomes)
    assert saved_acts() == before + 1
    assert Entry.history.filter(slot=VS).count() == 1


def test_the_same_line_of_a_log_sent_twice_is_one_line_and_others_are_lines_of_their_own(
    subject: Subject, coordinator_a: Actor
) -> None:
    before = saved_acts()
    medicines = ["Entecavir", "Tenofovir", "Furosemide"]
    doings = []
    for name in medicines:
        line = partial(
            save_entry,
            by=coordinator_a,
            subject=subject,
            slot="log/CM/1",
            data={"CMTRT": name},
            key=clock.new_id(),
        )
        doings += [line, line]
    outcomes = together(*doings)
    assert not stopped(outcomes)
    lines = Entry.objects.filter(subject=subject, form="CM").order_by("slot")
    assert [line.slot for line in lines] == ["log/CM/1", "log/CM/2", "log/CM/3"]
    assert sorted(line.values["CMTRT"]["text"] for line in lines) == sorted(medicines)
    assert saved_acts() == before + len(medicines)


def test_different_forms_of_one_participant_are_all_saved(
    subject: Subject, coordinator_a: Actor, colleague: Actor
) -> None:
    slots = {
        VS: SIGNS,
        "visit:M1/1/LAB/1": {"LBDAT": "2024-08-01", "ALB": {"text": "38", "unit": "g/L"}},
        "visit:M0/1/VS/1": {**SIGNS, "VSDAT": "2024-07-01"},
        "visit:W8/1/KIT/1": {"REMARK": "At the same moment"},
        "visit:M0/1/LAB/1": {"LBDAT": "2024-07-01", "BILI": {"text": "20", "unit": "umol/L"}},
    }
    seals = Seal.objects.filter(chain=subject.chain()).count()
    outcomes = together(
        *(
            partial(save_entry, by=(coordinator_a, colleague)[number % 2], subject=subject, slot=slot, data=data)
            for number, (slot, data) in enumerate(slots.items())
        )
    )
    assert not stopped(outcomes)
    assert set(Entry.objects.filter(subject=subject).values_list("slot", flat=True)) >= set(slots)
    assert Seal.objects.filter(chain=subject.chain()).count() == seals + len(slots)


def test_forms_of_many_participants_are_saved_side_by_side(demo: Trial, coordinator_a: Actor) -> None:
    subjects = [builders.screened_subject(demo, on=DAY) for _ in range(crowd(12, 4))]
    forms = [{"SEX": "F", "INITIALS": f"P{number}"} for number in range(3)]

    def fill_in(subject: Subject) -> Entry:
        for revision, data in enumerate(forms):
            entry = save_entry(
                by=coordinator_a,
                subject=subject,
                slot="visit:SCR/1/DM/1",
                data=data,
                base_revision=revision,
                reason="Initials corrected",
            )
        return entry

    outcomes = together(*(partial(fill_in, subject) for subject in subjects))
    assert not stopped(outcomes)
    assert [entry.revision for entry in succeeded(outcomes)] == [len(forms)] * len(subjects)


def test_consent_withdrawn_while_a_form_is_saved_comes_before_it_or_after_it(demo: Trial, coordinator_a: Actor) -> None:
    for turn in range(crowd(10, 4)):
        subject = builders.enrolled_subject(demo, on=DAY)
        saved, withdrawn = together(
            partial(save_entry, by=coordinator_a, subject=subject, slot=VS, data=SIGNS),
            partial(withdraw_consent, by=coordinator_a, subject=subject, on=datetime.date(2024, 8, 2), reason="Moves"),
        )
        assert isinstance(withdrawn, Subject), withdrawn
        stopped([saved], Refused)
        order = list(
            Seal.objects.filter(chain=subject.chain(), act__outcome="done")
            .order_by("-number")
            .values_list("act__operation", flat=True)[:2]
        )
        # A save that is on record after the withdrawal would be one that must not be.
        assert order[0] == "visits.withdraw_consent", f"turn {turn}: {order}"
        assert Entry.objects.filter(subject=subject, slot=VS).exists() == isinstance(saved, Entry)


def test_consent_withdrawn_while_an_infusion_is_recorded_comes_before_it_or_after_it(
    demo: Trial, coordinator_a: Actor
) -> None:
    for turn in range(crowd(10, 4)):
        subject = builders.enrolled_subject(demo, arm="CELL", on=DAY)
        infusion = Infusion.objects.get(subject=subject, number=1)
        recorded, withdrawn = together(
            partial(record_infusion, by=coordinator_a, infusion=infusion, data=GIVEN),
            partial(withdraw_consent, by=coordinator_a, subject=subject, on=datetime.date(2024, 8, 2), reason="Moves"),
        )
        assert isinstance(withdrawn, Subject), withdrawn
        stopped([recorded], Refused)
        last = Seal.objects.filter(chain=subject.chain(), act__outcome="done").order_by("-number").first()
        assert last is not None
        assert last.act.operation == "visits.withdraw_consent", f"turn {turn}"
        given = Entry.objects.filter(subject=subject, infusion=infusion).exists()
        assert given == isinstance(recorded, Entry)
        infusion.refresh_from_db()
        assert (infusion.status == Infusion.Status.GIVEN) == given


def test_a_membership_that_ends_while_forms_are_saved_stops_the_next_request(
    subject: Subject, coordinator_a: Actor, administrator: Actor
) -> None:
    membership = Membership.objects.get(user_id=coordinator_a.key)
    user = User.objects.get(pk=coordinator_a.key)
    ended: list[datetime.datetime] = []
    began: list[tuple[datetime.datetime, bool]] = []

    def end() -> None:
        end_membership(by=administrator, membership=membership, reason="Left the site")
        ended.append(clock.now())

    def fill_in(slot: str) -> None:
        for number in range(30):
            moment = clock.now()
            try:
                save_entry(
                    by=actor_for(user),
                    subject=subject,
                    slot=slot,
                    data={"WEIGHT": f"{60 + number}.0"},
                    base_revision=number,
                    reason="Read again",
                )
            except NotVisible:
                began.append((moment, False))
                return
            began.append((moment, True))

    outcomes = together(partial(fill_in, VS), partial(fill_in, "visit:M0/1/VS/1"), end)
    assert not stopped(outcomes)
    assert [moment for moment, was_saved in began if was_saved and moment > ended[0]] == []
    entries = Entry.objects.filter(subject=subject, form="VS")
    assert sum(entry.revision for entry in entries) == sum(was_saved for _, was_saved in began)


def test_nobody_waits_for_a_connection_that_was_left_open(subject: Subject) -> None:
    """The threads of these tests leave no transaction behind, which would make the next ones wait."""
    stopped(together(*[lambda: Subject.objects.get(pk=subject.pk)] * 3))
    assert not connection.in_atomic_block


def test_an_adverse_event_sent_twice_is_one_event(demo: Trial, subject: Subject, investigator_a: Actor) -> None:
    report = {"AETERM": "Fever", "AESTDAT": "2024-07-20", "AEGRADE": "1", "AESER": "N"}
    send = partial(open_event, by=investigator_a, subject=subject, data=report, key=clock.new_id())
    outcomes = together(*[send] * 4)
    assert not stopped(outcomes)
    (event,) = AdverseEvent.objects.filter(subject=subject)
    assert Entry.objects.filter(event_id=event.pk).count() == 1
    assert saved_acts("adverse_events.open_event") == 1


def test_adverse_events_at_once_get_consecutive_numbers(demo: Trial, subject: Subject, investigator_a: Actor) -> None:
    many = crowd(12, 6)
    report = {"AESTDAT": "2024-07-20", "AEGRADE": "1", "AESER": "N"}
    outcomes = together(
        *(
            partial(
                open_event,
                by=investigator_a,
                subject=subject,
                data={**report, "AETERM": f"Fever {number}"},
                key=clock.new_id(),
            )
            for number in range(many)
        )
    )
    assert not stopped(outcomes)
    numbers = AdverseEvent.objects.filter(subject=subject).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, many + 1))
