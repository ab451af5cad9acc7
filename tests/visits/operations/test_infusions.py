"""Recording infusions: what cannot be is refused, what departs from the plan is stored and asked about."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
from visits.models import Cell, Deviation, Entry, Infusion, Query, Visit
from visits.operations.consent import withdraw_consent
from visits.operations.ending import end_participation
from visits.operations.entry import save_entry, withdraw_entry
from visits.operations.infusions import mark_not_given, record_infusion, undo_infusion

pytestmark = pytest.mark.django_db

LIVER = Path(__file__).resolve().parents[3] / "trials" / "protocols" / "NCT01573923.yaml"
LIVER_ELIGIBLE = {
    "DM": {"BRTHDAT": "1980-03-07", "SEX": "M"},
    "ELIG": {
        "CIRRH": "DECOMP",
        "TUMYN": "N",
        "HIVRES": "NEG",
        "TRANSYN": "N",
        "IMMSUPYN": "N",
    },
    "CP": {
        "CPDAT": "2025-09-01",
        "CPASC": "2",
        "CPENC": "1",
        "CPBIL": "2",
        "CPALB": "2",
        "CPINR": "1",
        "CPTOT": "8",
    },
}
"""Screening forms of the liver trial, as somebody who may take part would have them filled in."""


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, arm="CELL", on=date(2026, 1, 5))


def given(day: str, **more: Any) -> dict[str, Any]:
    cells = {"text": "4.0", "unit": "10^7"}
    return {"EXSTDAT": day, "EXSTTIM": "10:00", "EXENTIM": "11:00", "EXCELLS": cells, "EXVOL": "40", **more}


def number(subject: Subject, number: int) -> Infusion:
    return Infusion.objects.select_related("subject__trial", "subject__site").get(subject=subject, number=number)


def record(by: Actor, infusion: Infusion, data: dict[str, Any], base_revision: int = 0, reason: str = "") -> Infusion:
    """Record an infusion and return it as it is then."""
    saved = record_infusion(by=by, infusion=infusion, data=data, base_revision=base_revision, reason=reason)
    assert saved.slot == f"infusion:{infusion.number}/INF/1"
    return number(infusion.subject, infusion.number)


def deviations(subject: Subject) -> list[tuple[int | None, str]]:
    rows = Deviation.objects.filter(subject=subject, withdrawn=False).order_by("infusion__number", "kind", "id")
    return [(row.infusion.number if row.infusion else None, row.kind) for row in rows.select_related("infusion")]


def open_queries(subject: Subject) -> list[tuple[str, str]]:
    rows = Query.objects.filter(subject=subject, state="open", entry__form="INF")
    return [(row.entry.slot, row.check_id) for row in rows.select_related("entry").order_by("entry__slot", "check_id")]


def test_an_infusion_as_planned_is_given_and_leaves_nothing_to_ask(subject: Subject, nurse_a: Actor) -> None:
    one = record(nurse_a, number(subject, 1), given("2026-01-05"))
    assert (one.status, one.given_on) == ("given", date(2026, 1, 5))
    entry = Entry.objects.get(infusion=one)
    assert (entry.slot, entry.values["EXCELLS"]) == ("infusion:1/INF/1", {"text": "4.0", "unit": "10^7"})
    assert (deviations(subject), open_queries(subject)) == ([], [])
    act = Act.objects.latest("id")
    assert (act.sentence, act.form, act.record_id) == ("Infusion at Infusion 1 saved", "INF", entry.pk)
    assert act.actor_role == "infusion nurse"
    assert Visit.objects.get(subject=subject, code="F30").planned_on == date(2026, 2, 4)
    assert list(problems()) == []


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (given("2026-03-03"), "EXSTDAT", "in the future"),
        (given("2026-01-04"), "EXSTDAT", "arm was assigned"),
        (given("2026-01-05", EXENTIM="09:00"), "EXENTIM", "not after its start"),
        (given("2026-01-05", EXSTTIM="23:30", EXENTIM="00:30"), "EXENTIM", "ended on the next day"),
        (given("2026-01-05", EXENDAT="2026-01-04"), "EXENDAT", "before the day"),
        (given("2026-01-05", EXCELLS={"text": "4.0", "unit": "10^9"}), "EXCELLS", "cannot be"),
    ],
)
def test_what_cannot_be_is_refused_whole(
    subject: Subject, nurse_a: Actor, data: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        record(nurse_a, number(subject, 1), data)
    assert message in " ".join(refused.value.field_errors[path])
    assert not Entry.objects.filter(form="INF").exists()
    assert number(subject, 1).status == "planned"
    act = Act.objects.latest("id")
    assert (act.outcome, list(act.detail["attempted"])) == ("refused", [path])


def test_an_infusion_over_midnight_says_on_which_day_it_ended(subject: Subject, nurse_a: Actor) -> None:
    data = given("2026-01-05", EXSTTIM="23:30", EXENDAT="2026-01-06", EXENTIM="00:30")
    assert record(nurse_a, number(subject, 1), data).given_on == date(2026, 1, 5)


def test_two_infusions_are_never_given_at_once_or_out_of_order(subject: Subject, nurse_a: Actor) -> None:
    record(nurse_a, number(subject, 1), given("2026-01-06"))
    with pytest.raises(Refused) as refused:
        record(nurse_a, number(subject, 2), given("2026-01-06", EXSTTIM="10:59"))
    assert "Infusion 1 was being given" in refused.value.field_errors["EXSTTIM"][0]
    with pytest.raises(Refused) as refused:
        record(nurse_a, number(subject, 2), given("2026-01-05"))
    assert "Infusion 1 was given later" in refused.value.field_errors["EXSTDAT"][0]


@pytest.mark.parametrize(
    ("data", "kind", "check"),
    [
        (given("2026-01-13"), "infusion_window", "infusion.window"),
        (given("2026-01-05", EXCELLS={"text": "5.0", "unit": "10^7"}), "infusion_dose", "infusion.dose"),
        (given("2026-01-05", EXVOL="35.9"), "infusion_dose", "infusion.volume"),
    ],
)
def test_a_departure_is_stored_with_a_deviation_and_a_query(
    subject: Subject, nurse_a: Actor, data: dict[str, Any], kind: str, check: str
) -> None:
    record(nurse_a, number(subject, 1), data)
    assert deviations(subject) == [(1, kind)]
    assert open_queries(subject) == [("infusion:1/INF/1", check)]
    assert Deviation.objects.get().message == Query.objects.get(entry__form="INF").message


def test_the_deviation_list_follows_each_correction(subject: Subject, nurse_a: Actor) -> None:
    one = record(nurse_a, number(subject, 1), given("2026-01-20"))
    record(nurse_a, number(subject, 2), given("2026-02-05"))
    assert deviations(subject) == [(1, "infusion_window"), (2, "infusion_interval")]
    assert open_queries(subject) == [
        ("infusion:1/INF/1", "infusion.window"), ("infusion:2/INF/1", "infusion.interval"),
    ]  # fmt: skip
    with pytest.raises(NeedsReason):
        record(nurse_a, one, {"EXSTDAT": "2026-01-06"}, 1)
    one = record(nurse_a, one, {"EXSTDAT": "2026-01-06"}, 1, "Read the source again")
    assert one.given_on == date(2026, 1, 6)
    assert (deviations(subject), open_queries(subject)) == ([], [])
    assert list(Cell.objects.filter(form="INF").values_list("open_queries", flat=True)) == [0, 0]
    assert Visit.objects.get(subject=subject, code="F30").planned_on == date(2026, 2, 5)
    record(nurse_a, one, {"EXSTDAT": "2026-01-20"}, 2, "It was right")
    assert deviations(subject) == [(1, "infusion_window"), (2, "infusion_interval")]
    assert Deviation.objects.count() == 2
    assert Cell.objects.get(slot="infusion:2/INF/1").open_queries == 1
    assert list(problems()) == []


def test_a_date_taken_out_leaves_the_infusion_planned(subject: Subject, nurse_a: Actor) -> None:
    one = record(nurse_a, number(subject, 1), given("2026-01-20"))
    one = record(nurse_a, one, {"EXSTDAT": None}, 1, "Other person")
    assert (one.status, one.given_on, deviations(subject)) == ("planned", None, [])


@pytest.mark.parametrize("arm", ["CTL", ""])
def test_who_gets_none_has_none(frozen_clock: clock.Fixed, demo: Trial, nurse_a: Actor, arm: str) -> None:
    subject = builders.enrolled_subject(demo, arm="CELL", on=date(2026, 1, 5))
    other = builders.enrolled_subject(demo, arm=arm) if arm else builders.eligible_subject(demo)
    assert not Infusion.objects.filter(subject=other).exists()
    with pytest.raises(NotVisible):
        save_entry(by=nurse_a, subject=other, slot="infusion:1/INF/1", data=given("2026-01-05"))
    stray = number(subject, 1)
    stray.number = 3
    stray.pk = clock.new_id()
    with pytest.raises(NotVisible):
        record(nurse_a, stray, given("2026-01-05"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  number: 2\n  at: [{months: 0}, {months: 1}]", "  number: 1\n  at: [{months: 0}]", "plans 1 infusion"),
        ("infusions:\n  arms: [CELL]", "infusions:\n  arms: [CTL]", "gets no infusions"),
    ],
)
def test_an_amendment_that_takes_an_infusion_away_stops_it(
    subject: Subject, nurse_a: Actor, demo: Trial, old: str, new: str, message: str
) -> None:
    text = changed(('version: "1.0"\nlibrary', 'version: "1.1"\nlibrary'), (old, new))
    version = load_protocol(by=builders.system(), loaded=load_text(text, "demo.yaml"), source=text)
    set_site_protocol(by=builders.system(), site=subject.site, version=version, since=date(2026, 3, 2))
    with pytest.raises(Refused, match=message):
        record(nurse_a, number(subject, 2), given("2026-02-05"))


def test_an_infusion_that_is_not_given_has_a_reason_and_is_a_deviation(subject: Subject, nurse_a: Actor) -> None:
    two = number(subject, 2)
    with pytest.raises(Refused, match="Say why"):
        mark_not_given(by=nurse_a, infusion=two)
    two = mark_not_given(by=nurse_a, infusion=two, reason="Fever")
    assert (two.status, two.note, deviations(subject)) == ("not_given", "Fever", [(2, "infusion_not_given")])
    acts = Act.objects.count()
    mark_not_given(by=nurse_a, infusion=two, reason="Fever")
    assert Act.objects.count() == acts
    with pytest.raises(Refused, match="recorded as not given"):
        record(nurse_a, two, given("2026-02-05"))
    two = undo_infusion(by=nurse_a, infusion=two, reason="It was postponed")
    assert (two.status, two.note, deviations(subject)) == ("planned", "", [])
    assert record(nurse_a, two, given("2026-02-05")).status == "given"


def test_a_record_is_taken_back_with_a_reason_and_can_be_made_anew(subject: Subject, nurse_a: Actor) -> None:
    with pytest.raises(Refused, match="Nothing is recorded"):
        undo_infusion(by=nurse_a, infusion=number(subject, 1), reason="Slip")
    record(nurse_a, number(subject, 1), given("2026-01-20"))
    record(nurse_a, number(subject, 2), given("2026-02-05"))
    with pytest.raises(NeedsReason):
        undo_infusion(by=nurse_a, infusion=number(subject, 1))
    with pytest.raises(Refused, match="is recorded as given"):
        mark_not_given(by=nurse_a, infusion=number(subject, 1), reason="Fever")
    one = undo_infusion(by=nurse_a, infusion=number(subject, 1), reason="Another participant")
    assert (one.status, one.given_on) == ("planned", None)
    assert (deviations(subject), open_queries(subject)) == ([], [])
    entry = Entry.objects.get(infusion=one)
    assert entry.withdrawn
    anew = record(nurse_a, one, given("2026-01-05"), entry.revision)
    assert anew.given_on == date(2026, 1, 5)
    assert list(problems()) == []


def test_a_form_that_is_begun_without_a_date_is_in_progress(subject: Subject, nurse_a: Actor) -> None:
    one = record(nurse_a, number(subject, 1), {"EXSTTIM": "10:00"})
    assert (one.status, Entry.objects.get(infusion=one).status) == ("planned", "in_progress")
    with pytest.raises(Refused, match="filled in"):
        mark_not_given(by=nurse_a, infusion=one, reason="Fever")


def test_a_stale_save_is_a_conflict_and_the_same_again_is_one_save(subject: Subject, nurse_a: Actor) -> None:
    one = record(nurse_a, number(subject, 1), given("2026-01-05"))
    again = record(nurse_a, one, given("2026-01-05"))
    assert (again.revision, Entry.objects.get(infusion=one).revision) == (one.revision, 1)
    with pytest.raises(Conflict):
        record(nurse_a, one, given("2026-01-06"))


def test_only_who_gives_infusions_records_them_and_only_at_their_site(
    subject: Subject, monitor: Actor, coordinator_b: Actor
) -> None:
    one = number(subject, 1)
    for actor, error in ((monitor, NotAllowed), (coordinator_b, NotVisible)):
        with pytest.raises(error):
            record(actor, one, given("2026-01-05"))
        with pytest.raises(error):
            mark_not_given(by=actor, infusion=one, reason="Fever")
        with pytest.raises(error):
            undo_infusion(by=actor, infusion=one, reason="Slip")


def test_an_entry_of_an_infusion_is_not_withdrawn_behind_its_back(subject: Subject, coordinator_a: Actor) -> None:
    one = record(coordinator_a, number(subject, 1), given("2026-01-05"))
    with pytest.raises(NotVisible):
        withdraw_entry(by=coordinator_a, entry=Entry.objects.get(infusion=one), reason="Slip")


def test_after_withdrawal_of_consent_and_after_the_end_no_infusion_is_recorded(
    subject: Subject, coordinator_a: Actor, demo: Trial
) -> None:
    withdraw_consent(by=coordinator_a, subject=subject, on=date(2026, 2, 1), reason="Wishes to stop")
    with pytest.raises(Refused, match="Consent was withdrawn"):
        record(coordinator_a, number(subject, 1), given("2026-01-05"))
    other = builders.enrolled_subject(demo, arm="CELL", on=date(2026, 1, 5))
    record(coordinator_a, number(other, 1), given("2026-01-05"))
    end_participation(by=builders.system(), subject=other, status="lost", on=date(2026, 1, 10), note="Moved away")
    with pytest.raises(Refused, match="cancelled"):
        record(coordinator_a, number(other, 2), given("2026-01-09"))
    with pytest.raises(Refused) as refused:
        record(coordinator_a, number(other, 1), given("2026-01-11"), 1, "Slip")
    assert "ended on 10 Jan 2026" in refused.value.field_errors["EXSTDAT"][0]


def test_a_save_takes_as_many_statements_for_the_first_infusion_as_for_the_last(
    subject: Subject, nurse_a: Actor
) -> None:
    counts = []
    for which, day in ((1, "2026-01-05"), (2, "2026-02-05")):
        infusion = number(subject, which)
        with CaptureQueriesContext(connection) as captured:
            record(nurse_a, infusion, given(day))
        counts.append(len(captured))
    assert counts[1] <= counts[0], counts
    assert counts[0] <= 40, counts


def test_in_the_liver_trial_doses_and_distances_are_those_of_its_file(frozen_clock: clock.Fixed, db: None) -> None:
    trial = builders.trial_from(LIVER)
    subject = builders.enrolled_subject(trial, "BJ", arm="MSC", on=date(2025, 9, 1), forms=LIVER_ELIGIBLE)
    by = builders.system()
    full = {"EXLOT": "L-1", "EXINTYN": "N", "REACTYN": "N"}
    record(by, number(subject, 1), given("2025-09-01", **full, EXVOL="44.0"))
    with pytest.raises(Refused) as refused:
        record(by, number(subject, 2), given("2025-12-01", **full, EXENTIM="09:00"))
    assert refused.value.field_errors == {"EXENTIM": ["The infusion stops before it starts"]}
    two = record(by, number(subject, 2), given("2025-11-19", **full, EXCELLS={"text": "3.59", "unit": "10^7"}))
    assert Entry.objects.get(infusion=two).status == "complete"
    assert deviations(subject) == [(2, "infusion_dose"), (2, "infusion_interval"), (2, "infusion_window")]
    assert [check for _, check in open_queries(subject)] == ["infusion.dose", "infusion.interval", "infusion.window"]
