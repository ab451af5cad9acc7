"""Saving a form: whole or not at all, never over somebody else's work, changes with a reason, once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor, actor_for
from edc.access.roles import Role
from edc.audit.models import Act
from edc.errors import Conflict, NeedsReason, NotAllowed, NotVisible, Refused
from tests import builders
from trials.models import Subject, Trial
from visits.models import Cell, Draft, Entry, LabResult, Query
from visits.operations.consent import withdraw_consent
from visits.operations.drafts import keep_draft
from visits.operations.entry import save_entry, withdraw_entry
from visits.operations.visits import add_unscheduled, mark_missed
from visits.queries.found import subject_for
from visits.rules.slots import Slot

pytestmark = pytest.mark.django_db

VS = "visit:M1/1/VS/1"
LAB = "visit:M1/1/LAB/1"
PANEL = Path(__file__).resolve().parents[3] / "trials" / "protocols" / "NCT01573923.yaml"
SIGNS = {"VSDAT": "2026-02-05", "WEIGHT": "61.0", "SYSBP": "120", "DIABP": "80"}


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, on=date(2026, 1, 5))


def lab(text: str, unit: str = "g/L") -> dict[str, Any]:
    return {"LBDAT": "2026-02-05", "ALB": {"text": text, "unit": unit}}


def test_a_first_save_keeps_what_was_typed_and_how_complete_it_is(subject: Subject, coordinator_a: Actor) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    assert entry.values["WEIGHT"] == {"text": "61.0"}
    assert (entry.status, entry.revision, entry.protocol_version) == ("complete", 1, subject.site.protocol_version)
    cell = Cell.objects.get(entry=entry)
    assert (cell.answered, cell.expected, cell.open_queries, cell.slot) == (4, 5, 0, VS)
    act = Act.objects.latest("id")
    assert (act.sentence, act.form, act.record_id) == ("Vital signs at Month 1 saved", "VS", entry.pk)


def test_a_page_and_a_programme_are_read_alike(subject: Subject, coordinator_a: Actor) -> None:
    posted = QueryDict("VSDAT=2026-02-05&WEIGHT=61.0&SYSBP=120&DIABP=80&csrfmiddlewaretoken=x")
    first = save_entry(by=coordinator_a, subject=subject, slot=VS, data=posted)
    second = save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data=SIGNS)
    assert first.values == second.values


def test_hard_errors_refuse_the_form_whole_and_are_on_record(subject: Subject, coordinator_a: Actor) -> None:
    with pytest.raises(Refused) as refused:
        save_entry(by=coordinator_a, subject=subject, slot=VS, data={**SIGNS, "WEIGHT": "6,1"})
    assert list(refused.value.field_errors) == ["WEIGHT"]
    assert not Entry.objects.filter(slot=VS).exists()
    act = Act.objects.latest("id")
    assert (act.outcome, act.form, act.detail["attempted"]) == ("refused", "VS", {"WEIGHT": {"text": "6,1"}})


def test_a_saved_value_changes_only_with_a_reason_and_a_blank_is_filled_without(
    subject: Subject, coordinator_a: Actor
) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    filled = save_entry(by=coordinator_a, subject=subject, slot=VS, data={"VSTIM": "08:15"}, base_revision=1)
    assert filled.revision == 2
    for change in ({"WEIGHT": "62.0"}, {"WEIGHT": None}):
        with pytest.raises(NeedsReason) as asked:
            save_entry(by=coordinator_a, subject=subject, slot=VS, data=change, base_revision=2)
        assert asked.value.field_errors["WEIGHT"][0].startswith("Weight: 61.0 kg becomes")
    changed = save_entry(
        by=coordinator_a, subject=subject, slot=VS, data={"WEIGHT": "62.0"}, base_revision=2, reason="Typing slip"
    )
    assert Entry.history.latest().changes == {"values.WEIGHT": [{"text": "61.0"}, {"text": "62.0"}]}
    assert (changed.revision, Act.objects.latest("id").reason) == (3, "Typing slip")


def test_an_unchanged_save_leaves_nothing(subject: Subject, coordinator_a: Actor) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    acts = Act.objects.count()
    again = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS, base_revision=1)
    assert (again.revision, Act.objects.count()) == (1, acts)


def test_the_same_form_sent_twice_is_one_save(subject: Subject, coordinator_a: Actor) -> None:
    first = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS, key=clock.new_id())
    again = save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS, key=clock.new_id())
    assert (again.pk, again.revision) == (first.pk, 1)


def test_a_stale_save_of_other_content_is_a_conflict_and_nothing_is_lost(
    subject: Subject, coordinator_a: Actor, investigator_a: Actor
) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    save_entry(by=investigator_a, subject=subject, slot=VS, data={"VSTIM": "08:15"}, base_revision=1)
    with pytest.raises(Conflict) as conflict:
        save_entry(by=coordinator_a, subject=subject, slot=VS, data={"VSTIM": "09:00"}, base_revision=1)
    current = conflict.value.current
    assert isinstance(current, Entry)
    assert (current.revision, current.values["VSTIM"]["text"]) == (2, "08:15")


@pytest.mark.parametrize(
    ("text", "unit", "comparator", "standard", "standard_text"),
    [
        ("34.5", "g/L", "", Decimal("34.5"), "34.5"),
        ("3.45", "g/dL", "", Decimal("34.5"), "34.5"),
        ("<20", "g/L", "<", Decimal(20), "<20"),
    ],
)
def test_laboratory_values_are_kept_as_typed_and_in_the_standard_unit(
    subject: Subject, coordinator_a: Actor, text: str, unit: str, comparator: str, standard: Decimal, standard_text: str
) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=LAB, data=lab(text, unit))
    row = LabResult.objects.get(entry=entry)
    assert (row.text, row.unit, row.comparator, row.sampled_on) == (text, unit, comparator, "2026-02-05")
    assert (row.standard_value, row.standard_text, row.standard_unit) == (standard, standard_text, "g/L")
    assert row.visit_id == entry.visit_id


def test_results_follow_a_correction_and_a_missing_code(subject: Subject, coordinator_a: Actor) -> None:
    save_entry(by=coordinator_a, subject=subject, slot=LAB, data=lab("34.5"))
    missing = {"ALB": {"missing": "ND"}}
    entry = save_entry(by=coordinator_a, subject=subject, slot=LAB, data=missing, base_revision=1, reason="Haemolysed")
    row = LabResult.objects.get(entry=entry)
    assert (row.text, row.missing, row.standard_value) == ("", "ND", None)


def test_a_doubtful_value_opens_one_query_that_closes_when_it_is_corrected(
    subject: Subject, coordinator_a: Actor
) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=VS, data={**SIGNS, "WEIGHT": "160"})
    query = Query.objects.get(entry=entry)
    assert (query.path, query.opened_by, query.state) == ("WEIGHT", "check", "open")
    assert Cell.objects.get(entry=entry).open_queries == 1
    save_entry(by=coordinator_a, subject=subject, slot=VS, data={"VSTIM": "08:15"}, base_revision=1)
    assert Query.objects.filter(entry=entry).count() == 1
    save_entry(by=coordinator_a, subject=subject, slot=VS, data={"WEIGHT": "60"}, base_revision=2, reason="Slip")
    query.refresh_from_db()
    assert (query.state, query.closing_note) == ("closed", "The value was corrected.")
    assert Cell.objects.get(entry=entry).open_queries == 0
    save_entry(by=coordinator_a, subject=subject, slot=VS, data={"WEIGHT": "160"}, base_revision=3, reason="Slip")
    assert list(Query.objects.filter(entry=entry, state="open").values_list("path", flat=True)) == ["WEIGHT"]


@pytest.mark.parametrize(
    "slot",
    ["visit:M9/1/VS/1", "visit:M1/1/DM/1", "visit:M1/2/VS/1", "visit:M1/1/VS/2", "log/AE/1", "log/VS/1",
     "infusion:1/INF/1", "event:1/AE/1", "anything"],
)  # fmt: skip
def test_a_place_that_the_protocol_does_not_have_does_not_exist(
    subject: Subject, coordinator_a: Actor, slot: str
) -> None:
    with pytest.raises(NotVisible):
        save_entry(by=coordinator_a, subject=subject, slot=slot, data={})


def test_after_consent_is_withdrawn_only_what_the_protocol_allows_stays_open(
    subject: Subject, coordinator_a: Actor
) -> None:
    withdraw_consent(by=coordinator_a, subject=subject, on=date(2026, 2, 1), reason="Wishes to stop")
    with pytest.raises(Refused, match="Consent was withdrawn"):
        save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)


def test_a_missed_visit_takes_no_forms(subject: Subject, coordinator_a: Actor) -> None:
    visit = subject.visits.get(code="M1")
    mark_missed(by=coordinator_a, visit=visit, reason="Travelling")
    with pytest.raises(Refused, match="missed"):
        save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)


def test_identifying_items_stay_as_they_are_for_who_may_not_see_them(
    subject: Subject, coordinator_a: Actor, data_manager: Actor
) -> None:
    entry = Entry.objects.get(subject=subject, form="DM")
    with pytest.raises(NotAllowed):
        save_entry(by=data_manager, subject=subject, slot=entry.slot, data={"SEX": "M"}, base_revision=1)


def test_a_new_log_entry_never_lands_on_another(subject: Subject, coordinator_a: Actor, investigator_a: Actor) -> None:
    mine, theirs = clock.new_id(), clock.new_id()
    one = save_entry(by=coordinator_a, subject=subject, slot="log/CM/1", data={"CMTRT": "Aspirin"}, key=mine)
    two = save_entry(by=investigator_a, subject=subject, slot="log/CM/1", data={"CMTRT": "Iron"}, key=theirs)
    again = save_entry(by=investigator_a, subject=subject, slot="log/CM/1", data={"CMTRT": "Iron"}, key=theirs)
    assert (one.slot, two.slot, again.pk) == ("log/CM/1", "log/CM/2", two.pk)
    assert one.pk == mine


def test_a_withdrawn_form_leaves_its_place_and_keeps_its_record(subject: Subject, coordinator_a: Actor) -> None:
    entry = save_entry(by=coordinator_a, subject=subject, slot=LAB, data=lab("345"))
    with pytest.raises(NeedsReason):
        withdraw_entry(by=coordinator_a, entry=entry)
    gone = withdraw_entry(by=coordinator_a, entry=entry, reason="Another participant")
    assert gone.withdrawn
    assert gone.values["ALB"]["text"] == "345"
    assert not Cell.objects.filter(entry=entry).exists()
    assert not LabResult.objects.filter(entry=entry).exists()
    assert Query.objects.get(entry=entry).closing_note == "The form was withdrawn."
    anew = save_entry(by=coordinator_a, subject=subject, slot=LAB, data=lab("34.5"), base_revision=gone.revision)
    assert (anew.pk, anew.withdrawn, Cell.objects.get(entry=anew).answered) == (entry.pk, False, 2)


def test_nothing_typed_is_nothing_saved(subject: Subject, coordinator_a: Actor) -> None:
    with pytest.raises(Refused, match="Nothing is entered"):
        save_entry(by=coordinator_a, subject=subject, slot=VS, data={})


def test_the_draft_goes_with_the_save_and_is_nobody_elses(
    subject: Subject, coordinator_a: Actor, investigator_a: Actor
) -> None:
    form = subject.protocol.form("VS")
    for actor in (coordinator_a, investigator_a):
        keep_draft(actor, subject, Slot.parse(VS), form, {"WEIGHT": ["6"]}, 0)
    keep_draft(coordinator_a, subject, Slot.parse(VS), form, {"WEIGHT": ["61"]}, 0)
    acts = Act.objects.count()
    save_entry(by=coordinator_a, subject=subject, slot=VS, data=SIGNS)
    assert Act.objects.count() == acts + 1
    assert list(Draft.objects.values_list("user__username", flat=True)) == ["investigator_a"]


def statements(subject: Subject, actor: Actor, slot: str, data: Mapping[str, Any]) -> list[str]:
    """The statements of one save as a service call, with the question what the actor may; BEGIN and COMMIT aside."""
    assert actor.user is not None
    found = subject_for(actor, subject.pk)
    with CaptureQueriesContext(connection) as captured:
        save_entry(by=actor_for(actor.user), subject=found, slot=slot, data=data)
    noise = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [one["sql"][:60] for one in captured.captured_queries if not one["sql"].startswith(noise)]


def test_a_first_save_takes_at_most_ten_statements(subject: Subject, coordinator_a: Actor) -> None:
    found = statements(subject, coordinator_a, VS, SIGNS)
    assert len(found) <= 10, "\n".join(found)


def test_a_panel_of_forty_five_values_takes_one_statement_more(frozen_clock: clock.Fixed, db: None) -> None:
    trial = builders.trial_from(PANEL)
    subject = builders.screened_subject(trial, "BJ")
    actor = builders.person(Role.COORDINATOR, trial, subject.site)
    add_unscheduled(by=actor, subject=subject, on=date(2026, 3, 2), key=clock.new_id())
    protocol = subject.protocol
    data: dict[str, Any] = {"LBDAT": "2026-03-02"}
    for item in protocol.form("LAB").items():
        if item.kind == "lab":
            unit = protocol.analyte(item.analyte or item.id).units[0]
            assert unit.plausible is not None
            data[item.id] = {"text": str(unit.plausible[0]), "unit": unit.unit}
    data["NONHDL"]["text"] = "0.25"  # total cholesterol less HDL cholesterol, or a check asks
    found = statements(subject, actor, "visit:UNS/1/LAB/1", data)
    assert LabResult.objects.count() == len(data) - 1 >= 45
    assert len(found) <= 11, "\n".join(found)


def test_an_entry_keeps_what_its_rules_read_from_other_forms(frozen_clock: clock.Fixed) -> None:
    trial = builders.trial_from(PANEL)
    subject = builders.screened_subject(trial, "BJ")
    actor = builders.person(Role.COORDINATOR, trial, subject.site)
    sex = save_entry(by=actor, subject=subject, slot="visit:SCR/1/DM/1", data={"SEX": "F"})
    criteria = save_entry(by=actor, subject=subject, slot="visit:SCR/1/ELIG/1", data={"TUMYN": "N"})
    read = {"text": "F", "unit": "", "entry": str(sex.pk), "revision": 1}
    assert criteria.evidence == {"DM.SEX": read}
    save_entry(by=actor, subject=subject, slot="visit:SCR/1/DM/1", data={"SEX": "M"}, base_revision=1, reason="Slip")
    criteria.refresh_from_db()
    assert (criteria.revision, criteria.evidence) == (1, {"DM.SEX": read})
    again = save_entry(by=actor, subject=subject, slot=criteria.slot, data={"IMMSUPYN": "N"}, base_revision=1)
    assert again.evidence["DM.SEX"] == {**read, "text": "M", "revision": 2}
