"""A participation on cells from the 31st of January to its early end: infusions, an event, reminders, the datasets."""

import csv
import datetime
import io
import zipfile
from collections.abc import Callable

import pytest
from django.core import mail

from adverse_events.models import AdverseEvent
from edc import clock
from edc.access.models import User
from edc.access.operations import change_account
from edc.audit.models import Act
from tests.builders import system
from tests.walks import steps
from tests.walks.people import Cast
from trials.models import Subject
from visits.models import Deviation, Entry, Infusion, Visit
from visits.tasks import remind_daily

pytestmark = pytest.mark.django_db
GIVEN = {"EXLOT": "L-014", "EXCELLS": "4.0", "EXCELLS__unit": "10^7", "EXVOL": "40", "EXINTYN": "N", "REACTYN": "N"}
NOT_BY_ITSELF = dict.fromkeys(("AESDTH", "AESLIFE", "AESDISAB", "AESHOSP", "AESCONG", "AESMIE"), "N")


@pytest.fixture
def january(frozen_clock: clock.Fixed) -> clock.Fixed:
    """The day before the first one of the walk, when everybody gets their account."""
    frozen_clock.move_to(datetime.datetime(2026, 1, 30, tzinfo=datetime.UTC))
    return frozen_clock


def planned(subject: Subject) -> list[str]:
    return [str(day) for day in Infusion.objects.filter(subject=subject).values_list("planned_on", flat=True)]


def test_a_participation_on_cells_from_the_arm_to_its_early_end(  # noqa: PLR0915 - one walk, told in one piece
    january: clock.Fixed, cast: Cast, at_desk: steps.AtDesk, verified: Callable[[bytes], None]
) -> None:
    def today(day: str) -> None:
        january.move_to(datetime.datetime.fromisoformat(f"{day}T02:00:00+00:00"))  # ten o'clock in Beijing

    today("2026-01-31")
    for user in User.objects.filter(username__in=("li", "sun")):
        address = f"{user.username}@hospital.example"
        change_account(by=system(), user=user, name=user.name, email=address, organisation="")

    # The arm lays the calendar from the last day of January; no month runs over.
    subject = steps.on_study(at_desk, cast, arm="MSC", day="31 jan 2026")
    home = f"/participants/{subject.pk}/"
    assert planned(subject) == ["2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31"]
    visits = dict(Visit.objects.filter(subject=subject, planned_on__isnull=False).values_list("code", "planned_on"))
    assert {code: str(visits[code]) for code in ("M0", "M3", "M12", "M18")} == {
        "M0": "2026-01-31",
        "M3": "2026-04-30",
        "M12": "2027-01-31",
        "M18": "2027-07-31",
    }

    desk = at_desk(cast.coordinator).open(home).follow("Baseline")
    desk.send("Record the visit", **{"day-done_on": "31 jan 2026"}).reads("The visit is recorded.")

    # The nurse records the first infusion on its day: nothing departs from the plan.
    nurse = at_desk(cast.nurse).open(home).follow("Infusion 1")
    nurse.reads("Infusion 1", "31 Jan 2026")
    nurse.send("Save", EXSTDAT="31 jan 2026", EXSTTIM="10:00", EXENTIM="09:40", **GIVEN)
    nurse.reads("The infusion stops before it starts", status=422)
    nurse.send("Save", EXENTIM="10:40").reads("no question open.", "complete")
    assert not Deviation.objects.exists()

    # Seven days before month 3 the coordinators are reminded, once, whoever runs the task again.
    today("2026-04-22")
    remind_daily()
    assert mail.outbox == []
    today("2026-04-23")
    remind_daily()
    remind_daily()
    assert sorted(to for message in mail.outbox for to in message.to) == ["li@hospital.example", "sun@hospital.example"]
    assert all("BJ-0001: Month 3, planned for 30 April 2026" in message.body for message in mail.outbox)
    assert "ZW" not in "".join(message.body + message.subject for message in mail.outbox)

    # The second infusion comes six days after its window: stored, on record as a deviation, and asked about.
    today("2026-05-20")
    nurse = at_desk(cast.nurse).open(home).follow("Infusion 2")
    nurse.send("Save", EXSTDAT="20 may 2026", EXSTTIM="10:00", EXENTIM="10:40", **GIVEN).reads("complete", "Deviation:")
    late = Deviation.objects.get(kind=Deviation.Kind.INFUSION_WINDOW)
    assert (str(late.occurred_on), late.withdrawn) == ("2026-05-20", False)
    nurse.follow("Deviations").reads("BJ-0001", late.message)

    # A carcinoma of grade 1 is serious by the trial's definition.
    desk = at_desk(cast.coordinator).open(home).follow("Adverse events", below=True).follow("Record an event")
    desk.reads("Slightly unwell, does not affect daily life", "hepatocellular carcinoma in particular")
    event = {"AETERM": "Hepatocellular carcinoma", "AESTDAT": "may 2026", "AEGRADE": "1", "AETUMOR": "HCC"}
    desk.send("Save", AEREL="UNLIKELY", AEOUT="NOT_RECOVERED", **event, **NOT_BY_ITSELF)
    desk.reads("serious", "1, Slightly unwell, does not affect daily life", "complete")
    recorded = AdverseEvent.objects.get()
    assert (recorded.number, recorded.grade, recorded.serious, recorded.onset) == (1, "1", True, "2026-05")

    # Consent is withdrawn: only the forms that the protocol names take more data.
    today("2026-06-01")
    desk = at_desk(cast.coordinator).open(f"{home}forms/visit:M3/1/VS/1/")
    desk.reads("Save")
    other = at_desk(cast.second).open(f"{home}consent")
    withdrawal = {"withdrawal-on": "1 jun 2026", "withdrawal-reason": "Wishes no further visits"}
    other.send("Record the withdrawal of BJ-0001", **withdrawal).reads("Consent was withdrawn on 1 Jun 2026.")
    desk.send("Save", VSDAT="1 jun 2026", WEIGHT="61.0").reads("this form takes no more data", status=422)
    assert not Entry.objects.filter(form="VS").exists()
    desk.open(f"{home}forms/visit:M3/1/SURV/1/")
    desk.send("Save", SURVDAT="1 jun 2026", SURVSTAT="ALIVE").reads("no question open.")
    desk.open(f"/events/{recorded.pk}/").send("Save", AENOTE="Told by telephone").reads("no question open.")

    # The end closes the calendar; what was done stays.
    chief = at_desk(cast.investigator).open(home).reads("Consent was withdrawn. End the participation.")
    chief.follow("End the participation")
    chief.send("End the participation of BJ-0001", status="withdrawn", on="1 jun 2026", note="Consent withdrawn")
    chief.reads("BJ-0001 is recorded as withdrawn.", "Infusion 3 cancelled", "Infusion 4 cancelled")
    assert list(Infusion.objects.values_list("status", flat=True)) == ["given", "given", "cancelled", "cancelled"]
    assert not Visit.objects.filter(subject=subject, status=Visit.Status.PLANNED).exists()
    mail.outbox.clear()
    today("2026-08-20")
    remind_daily()
    assert mail.outbox == []

    # Everything is in the datasets, and every refusal on the way is in the trail.
    manager = at_desk(cast.data_manager).open("/").follow("Datasets").send("Download")
    with zipfile.ZipFile(io.BytesIO(manager.body)) as archive:

        def table(name: str) -> list[dict[str, str]]:
            return list(csv.DictReader(io.StringIO(archive.read(f"{name}.exact.csv").decode(), newline="")))

        (row,) = table("subjects")
        assert (row["SUBJECT"], row["STATUS"], row["ARM"], row["ENDED_ON"]) == (
            *("BJ-0001", "withdrawn", "MSC", "2026-06-01"),
        )
        assert [(row["PLANNED_ON"], row["GIVEN_ON"], row["STATUS"]) for row in table("infusions")] == [
            ("2026-01-31", "2026-01-31", "given"),
            ("2026-04-30", "2026-05-20", "given"),
            ("2026-07-31", "", "cancelled"),
            ("2026-10-31", "", "cancelled"),
        ]
        assert [row["EXLOT"] for row in table("form_INF")] == ["L-014", "L-014"]
        assert late.message in [row["MESSAGE"] for row in table("deviations")]
        (row,) = table("adverse_events")
        assert (row["TERM"], row["GRADE"], row["SERIOUS"], row["AETUMOR"], row["AENOTE"]) == (
            *("Hepatocellular carcinoma", "1", "Y", "HCC", "Told by telephone"),
        )
        (row,) = table("consents")
        assert (row["CONSENTED_ON"], row["WITHDRAWN_ON"]) == ("2026-01-31", "2026-06-01")
        assert [row["SURVSTAT"] for row in table("form_SURV")] == ["ALIVE"]
    refused = Act.objects.filter(outcome=Act.Outcome.REFUSED).order_by("id")
    assert [(act.actor_username, act.operation) for act in refused] == [
        ("zhou", "visits.record_infusion"),
        ("li", "visits.save_entry"),
    ]
    assert "takes no more data" in refused[1].detail["message"]
    trail = at_desk(cast.monitor).open("/").follow("Trail").send("JSON Lines, to verify")
    verified(trail.body)
