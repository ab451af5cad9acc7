"""The participant's matrix, the visit page and the lists: the same number of statements however much there is."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edc import clock
from edc.access.actor import Actor
from tests import builders
from tests.cast import ClientOf
from trials.models import Subject, Trial
from visits.models import Deviation, Visit
from visits.operations.entry import save_entry
from visits.operations.queries import open_query
from visits.operations.visits import add_unscheduled, record_visit
from visits.queries.due import due_list, due_lists
from visits.queries.found import subject_for
from visits.queries.subject_page import subject_page

pytestmark = pytest.mark.django_db

SIGNS = {"VSDAT": "2026-02-05", "WEIGHT": "61.0", "SYSBP": "120", "DIABP": "80"}


@pytest.fixture
def subject(frozen_clock: clock.Fixed, demo: Trial) -> Subject:
    return builders.enrolled_subject(demo, arm="CELL", on=date(2026, 1, 5))


@pytest.fixture
def browser(subject: Subject, coordinator_a: Actor, client_of: ClientOf) -> Client:
    return client_of(coordinator_a)


def visit_of(subject: Subject, code: str) -> Visit:
    return Visit.objects.get(subject=subject, code=code)


def statements(actor: Actor, subject: Subject) -> int:
    with CaptureQueriesContext(connection) as captured:
        subject_page(actor, subject_for(actor, subject.pk))
    return len(captured)


def test_the_matrix_takes_the_same_few_statements_however_much_is_entered(
    subject: Subject, coordinator_a: Actor
) -> None:
    before = statements(coordinator_a, subject)
    for slot in ("visit:M0/1/VS/1", "visit:M1/1/VS/1"):
        save_entry(by=coordinator_a, subject=subject, slot=slot, data=SIGNS)
    for name in ("Aspirin", "Iron"):
        save_entry(by=coordinator_a, subject=subject, slot="log/CM/1", data={"CMTRT": name}, key=clock.new_id())
    add_unscheduled(by=coordinator_a, subject=subject, on=date(2026, 2, 20), key=clock.new_id())
    assert statements(coordinator_a, subject) == before <= 10


def test_the_matrix_shows_visits_infusions_states_and_the_next_step(
    subject: Subject, coordinator_a: Actor, monitor: Actor
) -> None:
    record_visit(by=coordinator_a, visit=visit_of(subject, "M0"), done_on=date(2026, 1, 5))
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:M0/1/VS/1", data={"VSDAT": "2026-01-05"})
    open_query(by=monitor, entry=entry, path="WEIGHT", message="Was the weight taken?")
    page = subject_page(coordinator_a, subject_for(coordinator_a, subject.pk))
    heads = [column["name"] for column in page.visits]
    assert heads == ["Screening", "Baseline", "Month 1", "Week 8", "Infusion 1", "Infusion 2"]
    rows = {row["name"]: row["cells"] for row in page.groups[0]["rows"]}
    vital = rows["Vital signs"][1]
    assert (vital["status"], vital["queries"]) == ("complete", 1)
    assert vital["sentence"] == "Vital signs, Baseline, complete, 1 query open"
    assert rows["Vital signs"][0]["status"] == "not_expected"
    assert rows["Laboratory"][2]["status"] == "empty"
    assert page.step.sentence == "Month 1 is 18 days late. Record it, or say why it was missed."
    assert page.header["age_sex"] == "40 years, female"
    assert (page.header["arm"], page.header["queries"]) == ("Cells", 1)


def test_the_next_step_goes_from_late_visits_to_forms_to_what_comes(
    frozen_clock: clock.Fixed, demo: Trial, coordinator_a: Actor
) -> None:
    subject = builders.enrolled_subject(demo, on=date(2026, 1, 5))
    for code, day in (("M0", date(2026, 1, 5)), ("M1", date(2026, 2, 5))):
        record_visit(by=coordinator_a, visit=visit_of(subject, code), done_on=day)
    page = subject_page(coordinator_a, subject_for(coordinator_a, subject.pk))
    assert page.step.sentence == "Fill in Assorted questions at Screening."
    assert page.step.href.endswith("/forms/visit:SCR/1/KIT/1/")
    assert [cell["next"] for row in page.groups[0]["rows"] for cell in row["cells"] if cell.get("next")] == [True]


def test_infusions_are_not_shown_to_who_may_not_know_the_arm(subject: Subject, demo: Trial, pharmacist: Actor) -> None:
    coder = builders.person("coder", demo, username="coder")  # type: ignore[arg-type]
    page = subject_page(coder, subject_for(coder, subject.pk))
    assert [column["name"] for column in page.visits] == ["Screening", "Baseline", "Month 1", "Week 8"]
    assert page.header["arm"] == ""
    unblinded = subject_page(pharmacist, subject_for(pharmacist, subject.pk))
    assert unblinded.groups == []


def test_a_visit_is_recorded_corrected_and_missed_on_its_page(browser: Client, subject: Subject) -> None:
    visit = visit_of(subject, "M1")
    where = f"/visits/{visit.pk}/"
    assert browser.get(where).status_code == 200
    assert browser.post(where, {"act": "day", "day-done_on": "soon"}).status_code == 422
    future = browser.post(where, {"act": "day", "day-done_on": "2026-03-09"})
    assert future.status_code == 422
    assert "in the future" in future.content.decode()
    assert browser.post(where, {"act": "day", "day-done_on": "2026-02-14"}).status_code == 303
    assert "2 days after its window closed" in browser.get(where).content.decode()
    assert browser.post(where, {"act": "day", "day-done_on": "2026-02-07"}).status_code == 422
    corrected = {"act": "day", "day-done_on": "2026-02-07", "day-reason": "Wrong line"}
    assert browser.post(where, corrected).status_code == 303
    assert browser.post(where, {"act": "undo", "undo-reason": "Another participant"}).status_code == 303
    assert browser.post(where, {"act": "missed", "missed-reason": "Travelling"}).status_code == 303
    visit.refresh_from_db()
    assert (visit.status, visit.note) == ("missed", "Travelling")
    assert set(Deviation.objects.values_list("kind", flat=True)) == {"visit_window", "visit_missed"}


def test_an_unscheduled_visit_is_added_once(browser: Client, subject: Subject) -> None:
    where = f"/participants/{subject.pk}/visits/new"
    assert browser.get(where).status_code == 200
    data = {"key": str(clock.new_id()), "done_on": "2026-02-20", "reason": "Fever"}
    posted = [browser.post(where, data) for _ in range(2)]
    assert [one.status_code for one in posted] == [303, 303]
    assert posted[0]["Location"] == posted[1]["Location"]
    assert "Unscheduled visit 1" in browser.get(f"/participants/{subject.pk}/").content.decode()


def test_a_site_sees_what_is_due_overdue_and_incomplete(
    subject: Subject, demo: Trial, coordinator_a: Actor, coordinator_b: Actor
) -> None:
    lists = due_lists(coordinator_a, demo)
    assert [row.visit for row in lists.due.rows] == ["Week 8"]
    assert [(row.visit, row.days_late) for row in lists.overdue.rows] == [("Baseline", 53), ("Month 1", 18)]
    assert [row.visit for row in lists.incomplete.rows] == ["Screening"]
    other = due_lists(coordinator_b, demo)
    assert other.due.rows == other.overdue.rows == other.incomplete.rows == []


def test_long_lists_go_on_by_key(subject: Subject, demo: Trial, coordinator_a: Actor) -> None:
    first = due_list(coordinator_a, demo, "overdue", limit=1)
    second = due_list(coordinator_a, demo, "overdue", after=first.after, limit=1)
    assert [row.visit for row in (*first.rows, *second.rows)] == ["Baseline", "Month 1"]
    assert second.after == ""
    assert due_list(coordinator_a, demo, "overdue", after="nonsense").rows == []


def test_due_lists_take_the_same_statements_for_more_participants(
    subject: Subject, demo: Trial, coordinator_a: Actor
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            due_lists(coordinator_a, demo)
        return len(captured)

    before = count()
    builders.enrolled_subject(demo, on=date(2026, 1, 5))
    assert count() == before == 4


def test_the_lists_of_a_trial_show_queries_and_deviations_of_ones_own_sites(
    browser: Client, subject: Subject, coordinator_a: Actor, coordinator_b: Actor, client_of: ClientOf
) -> None:
    save_entry(by=coordinator_a, subject=subject, slot="visit:M1/1/VS/1", data={**SIGNS, "WEIGHT": "160"})
    record_visit(by=coordinator_a, visit=visit_of(subject, "M1"), done_on=date(2026, 2, 14))
    for page, words in (("queries", "This weight is unusual"), ("deviations", "after its window closed")):
        mine = browser.get(f"/trials/DEMO/{page}/")
        assert mine.status_code == 200
        assert words in mine.content.decode()
        other = client_of(coordinator_b).get(f"/trials/DEMO/{page}/")
        assert other.status_code == 200
        assert words not in other.content.decode()
    assert "This weight" not in browser.get("/trials/DEMO/queries/?which=closed").content.decode()
    assert browser.get("/trials/DEMO/queries/?older=nonsense&site=%00").status_code == 200
