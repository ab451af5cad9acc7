"""The page of eligibility: each criterion, what decided, on which values, and what is missing, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from edc import clock
from edc.access.actor import Actor
from trials.models import EligibilityVerdict, Subject
from trials.protocol import Protocol
from trials.protocol.schema.identity import Criterion
from trials.queries.protocols import eligibility_rules
from trials.rules.dates import day_in_words
from trials.rules.eligibility import MET, NOT_MET, UNKNOWN_YET, in_words, verdict
from visits.forms.answer import Answer, Context
from visits.forms.kinds import KINDS
from visits.queries.classes import may_know
from visits.queries.values import evidence_for, values_for_rules

FACTS = {
    "subject.age": "Age at consent",
    "subject.sex": "Sex",
    "subject.consent_date": "Day of consent",
    "subject.site": "Site",
}
WITHHELD = "not shown to your role"


@dataclass(frozen=True)
class Value:
    """One value that a rule reads: what it is, what was entered, and where."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Row:
    """One criterion. `verdict` is what holds now: a rule's answer to what is entered, or the stored judgement."""

    criterion: Criterion
    verdict: str
    stored: EligibilityVerdict | None
    values: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The verdict in the words of this type of criterion."""
        return in_words(self.criterion, self.verdict)

    @property
    def against(self) -> bool:
        """Whether it stands in the way of taking part, or may yet."""
        return self.verdict != MET

    @property
    def forbids(self) -> bool:
        """Whether it is decided, and against taking part."""
        return self.verdict == NOT_MET

    @property
    def stale(self) -> bool:
        """Whether what is entered now gives another verdict than the one on record."""
        return self.stored is not None and self.stored.verdict != self.verdict

    @property
    def decided_by(self) -> str:
        """Who or what decides on it."""
        return "Rule" if self.criterion.rule else "Investigator"

    @property
    def note(self) -> str:
        """The investigator's note."""
        return self.stored.note if self.stored else ""


def eligibility_rows(actor: Actor, subject: Subject) -> list[Row]:
    """Every criterion of the protocol, in its order, for a participant who was fetched in the actor's scope.

    In screening the rules are answered from what is entered now; later the verdicts stand as they were recorded.
    At most six statements, whatever the number of criteria.
    """
    stored = {each.criterion: each for each in EligibilityVerdict.objects.filter(subject=subject)}
    rules = eligibility_rules(subject.protocol_version)
    live = subject.status == Subject.Status.SCREENING
    names = set().union(*(rule.reads for rule in rules.values())) if live else set()
    values, evidence = values_for_rules(subject, names), evidence_for(subject, names)
    rows = []
    for criterion in subject.protocol.eligibility:
        record = stored.get(criterion.id)
        rule = rules.get(criterion.id)
        found: Mapping[str, Mapping[str, Any]] = record.evidence if record else {}
        decided = record.verdict if record else UNKNOWN_YET
        if rule is not None and live:
            found = {name: evidence[name] for name in sorted(rule.reads)}
            decided = verdict(criterion, rule.evaluate(values))
        shown = tuple(_value(actor, subject, name, what) for name, what in found.items())
        absent = tuple(name_in_words(subject.protocol, name) for name, what in found.items() if not what["text"])
        rows.append(Row(criterion, decided, record, shown, absent if decided == UNKNOWN_YET else ()))
    return rows


def name_in_words(protocol: Protocol, name: str) -> str:
    """What a name in a rule means: `Date of birth (Demographics)`."""
    if name in FACTS:
        return FACTS[name]
    form = protocol.form(name.partition(".")[0])
    return f"{protocol.item(name).label.text()} ({form.title.text()})"


def _value(actor: Actor, subject: Subject, name: str, what: Mapping[str, Any]) -> Value:
    protocol = subject.protocol
    href = reverse("visits:entry_by_id", args=[what["entry"]]) if what.get("entry") else ""
    label = name_in_words(protocol, name)
    if name in FACTS:
        text = str(what["text"])
        if name == "subject.consent_date" and text:
            text = day_in_words(date.fromisoformat(text))
        demographics = protocol.demographics
        if name == "subject.sex" and demographics is not None:
            text = _words(subject, demographics.sex, what)
        return Value(label, text or "not entered", href)
    if not may_know(actor, subject.scope(), protocol.item(name).class_):
        return Value(label, WITHHELD, href)
    return Value(label, _words(subject, name, what) or "not entered", href)


def _words(subject: Subject, name: str, what: Mapping[str, Any]) -> str:
    """The value as pages say it: a choice by its label, a number with its unit, a missing code by its words."""
    text = str(what["text"])
    if not text:
        return ""
    protocol = subject.protocol
    item = protocol.item(name)
    if text in {code.code for code in protocol.missing_codes(item)}:
        return protocol.missing_by_code[text].label.text()
    if item.kind in {"choice", "many", "yes_no"}:
        context = Context(today=clock.today(subject.site.time_zone), protocol=protocol)
        return KINDS[item.kind].words(item, Answer(text=text), context)
    return f"{text} {what['unit']}".strip()
