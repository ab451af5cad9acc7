"""Steps that every walk begins with, through the pages: screening, the forms before the arm, eligibility, the arm."""

from collections.abc import Callable

from edc.access.actor import Actor
from tests.builders import PASSWORD
from tests.walks.desk import Desk
from tests.walks.people import Cast
from trials.models import Subject

AtDesk = Callable[[Actor], Desk]
DEMOGRAPHICS = {"INITIALS": "ZW", "BRTHDAT": "apr 1975", "SEX": "M", "CAUSE": "HBV"}
FACTS = {"CIRRH": "DECOMP", "TUMYN": "N", "HIVRES": "NEG", "TRANSYN": "N", "IMMSUPYN": "N"}
CHILD_PUGH = {"CPASC": "2", "CPENC": "1", "CPBIL": "2", "CPALB": "2", "CPINR": "2", "CPTOT": "9"}
JUDGED = ("I05", "E02", "E03", "E08", "E09")


def screen(desk: Desk, day: str) -> Subject:
    """Screen a participant, with consent on the same day; return them, and stay on their page."""
    desk.open("/").follow("Screen a participant")
    desk.send("Screen the participant", consented_on=day, screened_on=day).reads("is in screening")
    return Subject.objects.get(pk=desk.url.split("/")[2])


def fill_in_screening(desk: Desk, subject: Subject, day: str) -> None:
    """Fill in the forms before the arm, one after the other, by the links of the participant's page."""
    desk.open(f"/participants/{subject.pk}/")
    for title, values in (
        ("Demographics", DEMOGRAPHICS),
        ("Facts for eligibility", FACTS),
        ("Child-Pugh", {"CPDAT": day, **CHILD_PUGH}),
    ):
        desk.follow(f"{title}, Screening, empty")
        desk.send("Save", **values).reads("entered, no question open", "complete")
        desk.follow(subject.label)


def judge(desk: Desk, subject: Subject) -> None:
    """Record what the rules say, and the investigator's judgement on every other criterion."""
    desk.open(f"/participants/{subject.pk}/").follow("Eligibility")
    desk.send("Record what the rules say").reads("The verdicts of the rules are recorded.")
    for criterion in JUDGED:
        desk.send(f"Save the judgement of {criterion}", **{f"{criterion}-verdict": "met"})
        desk.reads(f"{criterion} is judged.")
    desk.reads("Every criterion lets the participant take part.")


def assign(desk: Desk, subject: Subject, arm: str, day: str, password: str = PASSWORD) -> None:
    """Send the form of the arm with the password in it."""
    desk.open(f"/participants/{subject.pk}/eligibility").follow("Assign the arm")
    desk.send(f"Assign the arm of {subject.label}", arm=arm, assigned_on=day, note="As discussed", password=password)


def on_study(at_desk: AtDesk, cast: Cast, *, arm: str, day: str) -> Subject:
    """Take a participant from the first click to the day of the arm."""
    desk = at_desk(cast.coordinator)
    subject = screen(desk, day)
    fill_in_screening(desk, subject, day)
    desk = at_desk(cast.investigator)
    judge(desk, subject)
    assign(desk, subject, arm, day)
    desk.reads("is assigned and the visits are planned")
    return Subject.objects.get(pk=subject.pk)
