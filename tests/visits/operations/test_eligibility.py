"""Each criterion: by its rule from entered data, or by the investigator; never one for the other."""

import pytest

from edc.access.actor import Actor
from edc.audit.models import Act
from edc.errors import NotAllowed, Refused
from tests import builders
from trials.models import EligibilityVerdict, Subject, Trial
from visits.models import Entry
from visits.operations.eligibility import evaluate_eligibility, judge_criterion
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db

SLOT = "visit:SCR/1/DM/1"


@pytest.fixture
def screened(demo: Trial) -> Subject:
    return builders.screened_subject(demo)


def verdicts(subject: Subject) -> dict[str, str]:
    return dict(EligibilityVerdict.objects.filter(subject=subject).values_list("criterion", "verdict"))


def test_without_data_a_rule_does_not_know(screened: Subject, coordinator_a: Actor) -> None:
    evaluate_eligibility(by=coordinator_a, subject=screened)
    assert verdicts(screened) == {"I01": "unknown", "E01": "unknown"}


def test_rules_decide_and_keep_the_values_that_decided(screened: Subject, coordinator_a: Actor) -> None:
    data = builders.ELIGIBLE["DM"] | {"PREGYN": "Y"}
    entry = save_entry(by=coordinator_a, subject=screened, slot=SLOT, data=data)
    evaluate_eligibility(by=coordinator_a, subject=screened)
    assert verdicts(screened) == {"I01": "met", "E01": "not_met"}
    row = EligibilityVerdict.objects.get(subject=screened, criterion="E01")
    assert row.decided_by == "rule"
    assert row.evidence == {"DM.PREGYN": {"text": "Y", "unit": "", "entry": str(entry.pk), "revision": 1}}


def test_a_corrected_value_changes_the_verdict_when_the_rules_run_again(
    screened: Subject, coordinator_a: Actor
) -> None:
    save_entry(by=coordinator_a, subject=screened, slot=SLOT, data=builders.ELIGIBLE["DM"] | {"PREGYN": "Y"})
    evaluate_eligibility(by=coordinator_a, subject=screened)
    save_entry(by=coordinator_a, subject=screened, slot=SLOT, data={"PREGYN": "N"}, base_revision=1, reason="Misread")
    evaluate_eligibility(by=coordinator_a, subject=screened)
    assert verdicts(screened)["E01"] == "met"
    assert EligibilityVerdict.objects.get(criterion="E01").evidence["DM.PREGYN"]["revision"] == 2
    assert Entry.objects.get().revision == 2


def test_evaluating_again_on_the_same_values_leaves_nothing(screened: Subject, coordinator_a: Actor) -> None:
    evaluate_eligibility(by=coordinator_a, subject=screened)
    before = Act.objects.count()
    evaluate_eligibility(by=coordinator_a, subject=screened)
    assert Act.objects.count() == before


def test_the_investigator_judges_what_has_no_rule(screened: Subject, investigator_a: Actor) -> None:
    row = judge_criterion(by=investigator_a, subject=screened, criterion="I02", verdict="met", note="Seen today")
    assert (row.verdict, row.decided_by, row.note) == ("met", "investigator", "Seen today")
    judge_criterion(by=investigator_a, subject=screened, criterion="I02", verdict="met")
    assert EligibilityVerdict.objects.get().revision == 1


def test_a_changed_judgement_says_why(screened: Subject, investigator_a: Actor) -> None:
    judge_criterion(by=investigator_a, subject=screened, criterion="I02", verdict="met")
    with pytest.raises(Refused) as refusal:
        judge_criterion(by=investigator_a, subject=screened, criterion="I02", verdict="not_met")
    assert "note" in refusal.value.field_errors
    judge_criterion(by=investigator_a, subject=screened, criterion="I02", verdict="not_met", note="Not able after all")
    assert verdicts(screened) == {"I02": "not_met"}


def test_a_rule_is_not_overruled(screened: Subject, investigator_a: Actor) -> None:
    with pytest.raises(Refused, match="decided by a rule"):
        judge_criterion(by=investigator_a, subject=screened, criterion="I01", verdict="met")


@pytest.mark.parametrize(("criterion", "verdict"), [("X99", "met"), ("I02", "perhaps")])
def test_no_such_criterion_and_no_such_answer(
    screened: Subject, investigator_a: Actor, criterion: str, verdict: str
) -> None:
    with pytest.raises(Refused):
        judge_criterion(by=investigator_a, subject=screened, criterion=criterion, verdict=verdict)


def test_a_coordinator_evaluates_but_does_not_judge(screened: Subject, coordinator_a: Actor) -> None:
    with pytest.raises(NotAllowed):
        judge_criterion(by=coordinator_a, subject=screened, criterion="I02", verdict="met")


def test_eligibility_is_settled_once_the_participant_is_on_study(demo: Trial, investigator_a: Actor) -> None:
    subject = builders.enrolled_subject(demo)
    for act in (
        lambda: evaluate_eligibility(by=investigator_a, subject=subject),
        lambda: judge_criterion(by=investigator_a, subject=subject, criterion="I02", verdict="met"),
    ):
        with pytest.raises(Refused, match="in screening"):
            act()
