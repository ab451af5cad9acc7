"""Values of other forms and facts about the participant, for rules and as evidence of what decided.

The latest value counts: that of the latest visit, and at one visit of the last entry that has one.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from trials.models import Consent, Subject
from trials.rules import calendar
from trials.rules.expression import UNKNOWN, Between
from trials.rules.partial_date import PartialDate
from visits.forms.answer import Answer, Context
from visits.forms.kinds import KINDS
from visits.models import Entry

LONG_TEXTS = ("protocol_version__canonical", "protocol_version__source")


def values_for_rules(subject: Subject, names: Iterable[str]) -> dict[str, object]:
    """The values that rules read by qualified name (`DM.SEX`, `subject.age`); UNKNOWN for what is not there.

    At most two statements, and none when no name is asked for.
    """
    wanted = set(names)
    if not wanted:
        return {}
    found = _Sources(subject, wanted)
    return {name: found.value(name) for name in wanted}


def evidence_for(subject: Subject, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What each name rests on: the text and unit as typed, and the entry with its revision.

    Facts about the participant have a text, and for age and sex the entry that they come from. What is not there
    has an empty text and no entry.
    """
    wanted = set(names)
    if not wanted:
        return {}
    found = _Sources(subject, wanted)
    return {name: found.evidence(name) for name in sorted(wanted)}


class _Sources:
    """The entries and consent that a set of names rests on, read once."""

    def __init__(self, subject: Subject, names: set[str]) -> None:
        self.subject = subject
        self.protocol = subject.protocol
        demographics = self.protocol.demographics
        self.birth_date = demographics.birth_date if demographics else ""
        self.sex = demographics.sex if demographics else ""
        items = {name for name in names if not name.startswith("subject.")}
        if "subject.age" in names:
            items.add(self.birth_date)
        if "subject.sex" in names:
            items.add(self.sex)
        self.latest = self._latest(items - {""})
        needs_consent = bool(names & {"subject.age", "subject.consent_date"})
        self.consented_on = self._consented_on() if needs_consent else None

    def value(self, name: str) -> object:
        """The typed value of a name."""
        match name:
            case "subject.age":
                return self._age()
            case "subject.sex":
                return self._item_value(self.sex)
            case "subject.consent_date":
                return UNKNOWN if self.consented_on is None else self.consented_on
            case "subject.site":
                return self.subject.site.code
            case _:
                return self._item_value(name)

    def evidence(self, name: str) -> dict[str, Any]:
        """The text, unit, entry and revision behind a name."""
        source = {"subject.age": self.birth_date, "subject.sex": self.sex}.get(name, name)
        entry, answer = self.latest.get(source, (None, Answer()))
        found = {
            "text": answer.text or answer.missing,
            "unit": answer.unit,
            "entry": str(entry.pk) if entry else None,
            "revision": entry.revision if entry else None,
        }
        if name == "subject.consent_date":
            found["text"] = self.consented_on.isoformat() if self.consented_on else ""
        elif name == "subject.site":
            found["text"] = self.subject.site.code
        elif name == "subject.age":
            found["text"] = _age_words(self._age())
        return found

    def _latest(self, names: set[str]) -> dict[str, tuple[Entry, Answer]]:
        if not names:
            return {}
        forms = {name.partition(".")[0] for name in names}
        entries: Iterable[Entry] = (
            Entry.objects.filter(subject=self.subject, form__in=forms, withdrawn=False)
            .select_related("visit", "protocol_version")
            .defer(*LONG_TEXTS)
        )
        found: dict[str, tuple[Entry, Answer]] = {}
        for entry in sorted(entries, key=_when):
            for name in names:
                form_id, _, item_id = name.partition(".")
                stored = entry.values.get(item_id) if form_id == entry.form else None
                if isinstance(stored, dict):
                    found[name] = (entry, Answer.from_json(stored))
        return found

    def _item_value(self, name: str) -> object:
        if name not in self.latest:
            return UNKNOWN
        entry, answer = self.latest[name]
        protocol = entry.protocol_version.protocol
        item = protocol.item(name)
        context = Context(today=date.max, protocol=protocol)
        return KINDS[item.kind].value(item, answer, context)

    def _age(self) -> object:
        """Completed years on the day of consent (until there is one, of screening)."""
        born = self._item_value(self.birth_date)
        if not isinstance(born, date | PartialDate):
            return UNKNOWN
        age = calendar.age_on(born, self.consented_on or self.subject.screened_on)
        return age if isinstance(age, Between) else Decimal(age)

    def _consented_on(self) -> date | None:
        consent = Consent.objects.filter(subject=self.subject).order_by("consented_on", "id").first()
        return consent.consented_on if consent else None


def _when(entry: Entry) -> tuple[date, int, int, str]:
    """Sorts entries by the day of their visit; what belongs to no visit comes first."""
    visit = entry.visit
    if visit is None:
        return (date.min, 0, 0, str(entry.pk))
    return (visit.done_on or visit.planned_on or date.min, visit.position, visit.sequence, str(entry.pk))


def _age_words(age: object) -> str:
    if isinstance(age, Between):
        return f"{age.low} to {age.high}"
    return "" if age is UNKNOWN else str(age)
