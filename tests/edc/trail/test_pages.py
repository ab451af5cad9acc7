"""The trail is read in words, only where it may be read, and a review of it is on record."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edc import clock
from edc.access.actor import Actor, system_actor
from edc.access.roles import Permission
from edc.audit.models import Act
from edc.errors import Refused
from edc.trail.classes import Reader
from edc.trail.downloads import json_lines
from edc.trail.filters import TrailFilter
from edc.trail.models import TrailReview
from edc.trail.words import Words
from tests import builders
from tests.cast import ClientOf
from trials.models import Allocation, Subject, Trial
from visits.models import Entry
from visits.operations.entry import save_entry

pytestmark = pytest.mark.django_db


def read(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"trail:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def test_the_history_of_an_item_says_who_when_what_and_why(client_of: ClientOf, monitor: Actor, entry_a: Entry) -> None:
    page = read(client_of(monitor), "item", entry_a.pk, "SEX")
    assert "History of Sex" in page
    assert '<del class="change__old">Female</del>' in page
    assert '<ins class="change__new">Male</ins>' in page
    assert "typing slip" in page
    assert "Ada Coordinator" in page
    assert "coordinator" in page
    assert page.index("Male") < page.index('entered <ins class="change__new">Female</ins>')
    assert ' UTC">' in page


def test_the_trail_of_form_participant_trial_and_person_shows_the_change(
    client_of: ClientOf, monitor: Actor, coordinator_a: Actor, entry_a: Entry, subject_a: Subject, demo: Trial
) -> None:
    client = client_of(monitor)
    for page in (
        read(client, "entry", entry_a.pk),
        read(client, "subject", subject_a.pk),
        read(client, "trial", demo.code),
        read(client, "person", coordinator_a.key),
    ):
        assert '<ins class="change__new">Male</ins>' in page
        assert "typing slip" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"form": "DM"}, True),
        ({"form": "VS"}, False),
        ({"item": "SEX"}, True),
        ({"item": "WEIGHT"}, False),
        ({"site": "AA"}, True),
        ({"site": "BB"}, False),
        ({"user": "coordinator_a"}, True),
        ({"user": "coordinator_b"}, False),
        ({"role": "coordinator"}, True),
        ({"role": "monitor"}, False),
        ({"operation": "visits.save_entry"}, True),
        ({"operation": "visits.assign_arm"}, False),
        ({"outcome": "refused"}, False),
        ({"since": "2020-01-01"}, True),
        ({"until": "2020-01-01 12:00"}, False),
    ],
)
def test_the_trail_is_narrowed_by_each_filter(
    client_of: ClientOf,
    monitor: Actor,
    subject_a: Subject,
    subject_b: Subject,
    demo: Trial,
    query: dict[str, str],
    shown: bool,
) -> None:
    assert ("typing slip" in read(client_of(monitor), "trial", demo.code, **query)) is shown


def test_a_filter_that_cannot_be_read_says_so(client_of: ClientOf, monitor: Actor, demo: Trial) -> None:
    assert "Write the date as 2026-03-31" in read(client_of(monitor), "trial", demo.code, since="yesterday")


def test_nobody_reads_the_trail_of_another_site(
    client_of: ClientOf,
    coordinator_a: Actor,
    coordinator_b: Actor,
    outsider: Actor,
    subject_a: Subject,
    entry_a: Entry,
    demo: Trial,
) -> None:
    addresses = [
        reverse("trail:subject", args=[subject_a.pk]),
        reverse("trail:entry", args=[entry_a.pk]),
        reverse("trail:item", args=[entry_a.pk, "SEX"]),
        reverse("trail:person", args=[coordinator_a.key]),
    ]
    for address in addresses:
        assert client_of(coordinator_a).get(address).status_code == 200
        assert client_of(coordinator_b).get(address).status_code == 404
        assert client_of(outsider).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert "typing slip" not in read(client_of(coordinator_b), "trial", demo.code)


def test_a_role_that_does_not_read_the_trail_is_told_so(
    client_of: ClientOf, statistician: Actor, subject_a: Subject, entry_a: Entry, demo: Trial
) -> None:
    client = client_of(statistician)
    for name, key in (("trial", demo.code), ("subject", subject_a.pk), ("entry", entry_a.pk)):
        assert client.get(reverse(f"trail:{name}", args=[key])).status_code == 403


def test_what_identifies_a_participant_is_hidden_from_who_may_not_see_it(
    client_of: ClientOf, monitor: Actor, data_manager: Actor, entry_a: Entry, subject_a: Subject, demo: Trial
) -> None:
    assert "1985" in read(client_of(monitor), "entry", entry_a.pk)
    for name, args in (("entry", [entry_a.pk]), ("item", [entry_a.pk, "BRTHDAT"]), ("subject", [subject_a.pk])):
        page = read(client_of(data_manager), name, *args)
        assert "1985" not in page
        assert ">AB<" not in page
        assert "hidden" in page


def test_only_items_of_the_form_have_a_history(
    client_of: ClientOf, monitor: Actor, demo: Trial, coordinator_a: Actor
) -> None:
    subject = builders.screened_subject(demo, "AA")
    entry = save_entry(by=coordinator_a, subject=subject, slot="visit:SCR/1/DM/1", data={"SEX": "M"})
    client = client_of(monitor)
    assert "Nothing was ever entered here" in read(client, "item", entry.pk, "INITIALS")
    assert client.get(reverse("trail:item", args=[entry.pk, "ZEBRA"])).status_code == 404


def test_the_arm_shows_in_an_open_trial(client_of: ClientOf, monitor: Actor, subject_a: Subject) -> None:
    assert 'arm: entered <ins class="change__new">Control</ins>' in read(
        client_of(monitor), "subject", subject_a.pk, operation="visits.assign_arm"
    )


def test_who_may_not_see_arms_finds_none_in_words_or_file(demo: Trial) -> None:
    """Whatever the arm: what is left of it is the word that it is sealed, and a commitment."""
    blind = system_actor("blind", permissions=[Permission.TRAIL_VIEW, Permission.IDENTIFYING_VIEW])
    for arm, label in (("CTL", "Control"), ("CELL", "Cells")):
        subject = builders.enrolled_subject(demo, "AA", arm=arm)
        act = Act.objects.get(subject_id=subject.pk, operation="visits.assign_arm")
        row = Allocation.history.get(act=act)
        told = [
            change for change in Words(Reader(blind), [act], {}, "default").changes(act) if "llocation" in change.label
        ]
        assert {change.new for change in told} == {"sealed"}
        lines = list(json_lines(blind, demo, TrailFilter(subject=subject.label), {"subject": subject.label}))
        (sealed,) = [line for line in lines if str(act.pk) in line]
        assert json.dumps(row.canonical) in sealed
        assert json.loads(sealed)["openings"] == []
        for secret in (json.loads(row.opening)["nonce"], label, f'"{arm}"'):
            assert secret not in sealed


def test_who_is_unblinded_and_reads_the_trail_gets_what_opens_it(demo: Trial, subject_a: Subject) -> None:
    act = Act.objects.get(subject_id=subject_a.pk, operation="visits.assign_arm")
    reader = Reader(system_actor("unblinded", permissions=[Permission.UNBLINDED_VIEW, Permission.ARM_VIEW]))
    words = Words(reader, [act], {}, "default")
    assert words.openings(act, f"subject:{subject_a.pk}") == [Allocation.history.get().opening]


def test_a_refused_attempt_is_shown_with_what_was_typed(
    client_of: ClientOf, monitor: Actor, coordinator_a: Actor, subject_a: Subject
) -> None:
    with pytest.raises(Refused):
        save_entry(by=coordinator_a, subject=subject_a, slot="visit:M0/1/VS/1", data={"WEIGHT": "7O"})
    page = read(client_of(monitor), "subject", subject_a.pk, outcome="refused")
    assert "Refused: " in page
    assert 'Tried: Weight: entered <ins class="change__new">7O</ins>' in page


def test_a_list_is_paged_by_key_without_loss_or_repetition(
    client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edc.trail.queries.PAGE_SIZE", 3)
    client, address, seen = client_of(monitor), reverse("trail:trial", args=[demo.code]), []
    url = address
    while url:
        answer = client.get(url)
        seen += [row.act.pk for row in answer.context["rows"]]
        url = answer.context["next_url"] and address + answer.context["next_url"]
    expected = Act.objects.filter(trial_id=demo.pk).order_by("-id").values_list("pk", flat=True)
    assert seen == list(expected)
    back = client.get(f"{address}?after={seen[5]}")
    assert [row.act.pk for row in back.context["rows"]] == seen[2:5]


def test_statements_do_not_grow_with_acts(client_of: ClientOf, monitor: Actor, demo: Trial, subject_a: Subject) -> None:
    client = client_of(monitor)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(client, "trial", demo.code)
        return len(captured)

    statements()
    few = statements()
    for _ in range(3):
        builders.enrolled_subject(demo, "AA")
    assert statements() == few


def test_a_review_is_on_record_and_later_acts_are_marked(
    client_of: ClientOf, monitor: Actor, coordinator_a: Actor, demo: Trial, subject_a: Subject, entry_a: Entry
) -> None:
    client = client_of(monitor)
    assert "Nobody has reviewed" in read(client, "trial", demo.code)
    newest = Act.objects.filter(trial_id=demo.pk).order_by("-id").first()
    assert newest is not None
    address = reverse("trail:review", args=[demo.code])
    key = str(clock.new_id())
    body = {"key": key, "up_to": str(newest.pk), "remark": "Compared the corrections with the source."}
    for _ in range(2):
        assert client.post(address, body).status_code == 302
    review = TrailReview.objects.get()
    assert review.acts == Act.objects.filter(trial_id=demo.pk, id__lte=newest.pk).count()
    entry_a.refresh_from_db()
    save_entry(
        by=coordinator_a,
        reason="second thoughts",
        subject=subject_a,
        slot=entry_a.slot,
        data=builders.ELIGIBLE["DM"],
        base_revision=entry_a.revision,
    )
    page = client.get(reverse("trail:trial", args=[demo.code]))
    marked = [row.sentence for row in page.context["rows"] if row.mark]
    assert len(marked) == 2
    assert "Compared the corrections with the source." in page.content.decode()
    narrowed = client.get(reverse("trail:trial", args=[demo.code]), {"form": "DM"})
    assert len([row for row in narrowed.context["rows"] if row.mark]) == 1


def test_a_review_needs_a_remark_and_an_act_that_is_shown(
    client_of: ClientOf, monitor: Actor, coordinator_a: Actor, demo: Trial, subject_a: Subject
) -> None:
    address = reverse("trail:review", args=[demo.code])
    body = {"key": str(clock.new_id()), "up_to": str(clock.new_id()), "remark": " "}
    assert client_of(monitor).post(address, body).status_code == 302
    assert client_of(monitor).post(address, body | {"remark": "All well."}).status_code == 302
    assert client_of(coordinator_a).post(address, body | {"remark": "All well."}).status_code == 403
    assert not TrailReview.objects.exists()
