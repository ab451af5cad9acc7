"""Consent: given, given again to a new version, withdrawn."""

import datetime

import pytest

from edc import clock
from edc.access.actor import Actor
from edc.errors import NeedsReason, NotAllowed, Refused
from tests import builders
from trials.models import Consent, Subject, Trial
from trials.queries import consent_state, subject_by_id
from visits.operations.consent import record_consent, withdraw_consent
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db

OLD = datetime.date(2024, 3, 1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def long_ago(demo: Trial) -> Subject:
    """Screened when version 1.0 was in use; 2.0 is in use now."""
    return builders.screened_subject(demo, "AA", on=OLD)


def fresh(subject: Subject) -> Subject:
    return subject_by_id(builders.system(), subject.pk)


def test_a_new_version_asks_for_consent_again(long_ago: Subject, coordinator_a: Actor) -> None:
    state = consent_state(fresh(long_ago))
    assert (state.in_force, state.due) == (False, "2.0")
    assert "Ask the participant" in state.sentence
    record_consent(by=coordinator_a, subject=long_ago, version="2.0", consented_on=clock.today("Asia/Shanghai"))
    state = consent_state(fresh(long_ago))
    assert (state.in_force, state.due) == (True, "")
    assert [each.version for each in state.history] == ["1.0", "2.0"]


def test_the_same_consent_again_changes_nothing_and_another_day_for_it_is_refused(
    long_ago: Subject, coordinator_a: Actor
) -> None:
    given = Consent.objects.get(subject=long_ago)
    again = record_consent(by=coordinator_a, subject=long_ago, version="1.0", consented_on=OLD)
    assert again == given
    with pytest.raises(Refused) as refusal:
        record_consent(by=coordinator_a, subject=long_ago, version="1.0", consented_on=OLD + DAY)
    assert "1 Mar 2024" in refusal.value.field_errors["version"][0]


def test_withdrawal_needs_a_reason_and_a_day_that_can_be(long_ago: Subject, coordinator_a: Actor) -> None:
    today = clock.today("Asia/Shanghai")
    with pytest.raises(NeedsReason):
        withdraw_consent(by=coordinator_a, subject=long_ago, on=today)
    for day in (today + DAY, OLD - DAY):
        with pytest.raises(Refused) as refusal:
            withdraw_consent(by=coordinator_a, subject=long_ago, on=day, reason="Moves away")
        assert "on" in refusal.value.field_errors
    withdraw_consent(by=coordinator_a, subject=long_ago, on=today, reason="Moves away")
    subject = fresh(long_ago)
    assert subject.consent_withdrawn_on == today
    assert consent_state(subject).due == ""
    assert Consent.objects.get(subject=subject).withdrawn_on == today


def test_withdrawn_is_withdrawn(long_ago: Subject, coordinator_a: Actor) -> None:
    today = clock.today("Asia/Shanghai")
    withdraw_consent(by=coordinator_a, subject=long_ago, on=today - DAY, reason="Moves away")
    withdraw_consent(by=coordinator_a, subject=long_ago, on=today - DAY, reason="Moves away")
    with pytest.raises(Refused, match="withdrawn"):
        withdraw_consent(by=coordinator_a, subject=long_ago, on=today, reason="Moves away")
    with pytest.raises(Refused, match="withdrawn"):
        record_consent(by=coordinator_a, subject=long_ago, version="2.0", consented_on=today)


def test_after_withdrawal_only_the_forms_that_the_protocol_names_stay_open(
    long_ago: Subject, coordinator_a: Actor
) -> None:
    withdraw_consent(by=coordinator_a, subject=long_ago, on=clock.today("Asia/Shanghai"), reason="Moves away")
    with pytest.raises(Refused, match=r"[Cc]onsent"):
        save_entry(by=coordinator_a, subject=long_ago, slot="visit:SCR/1/DM/1", data=builders.ELIGIBLE["DM"])


def test_a_monitor_records_no_consent(long_ago: Subject, monitor: Actor) -> None:
    with pytest.raises(NotAllowed):
        record_consent(by=monitor, subject=long_ago, version="2.0", consented_on=clock.today("Asia/Shanghai"))
