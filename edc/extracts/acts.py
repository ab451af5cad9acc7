"""The trail as two datasets: every act, and every change that an act made, the newest last.

The acts of taking data out are left out here, though not from the trail itself: otherwise taking data out would
change the data, and no extract could ever be repeated byte for byte.
"""

import heapq
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from adverse_events.models import AdverseEvent
from edc.audit.models import Act
from edc.exports.description import Column, Dataset, LeftOut, Row
from edc.exports.text import text_of
from edc.extracts.changes import HIDES_WORDS, Changes
from edc.extracts.reasons import untold
from edc.trail.models import TrailReview
from trials.datasets import KEYS
from trials.models import Allocation, Consent, EligibilityVerdict, Site, Subject, Trial
from trials.reading import UNBLINDS, Reading
from visits.datasets.entries import closed_forms
from visits.datasets.questions import words_left_out
from visits.models import BlindingClass, Deviation, Entry, Infusion, Query, Visit

TRAILED: dict[type[Model], str] = {
    Subject: "",
    **dict.fromkeys(
        (Consent, EligibilityVerdict, Allocation, Visit, Infusion, Entry, Query, Deviation, AdverseEvent), "subject__"
    ),
}
"""The facts about participants whose changes are a dataset, and the way from each to its participant."""
TRIAL_WIDE: dict[type[Model], str] = {Trial: "id", Site: "trial_id", TrailReview: "trial_id"}
"""The facts about the trial as a whole, and the column that says which trial."""

_WHO = (
    Column("AT", "When, in UTC", "moment"),
    Column("ACT", "Key of the act"),
    Column("ACTOR", "User name"),
    Column("ACTOR_NAME", "Name"),
    Column("ROLE", "Role at that time"),
    Column("ORGANISATION", "Organisation at that time"),
    Column("OPERATION", "Operation"),
    Column("SENTENCE", "What was done"),
    Column("REASON", "Why"),
)
_ACTS = (
    *KEYS,
    *_WHO,
    Column("OUTCOME", "Outcome", "code", choices=dict(Act.Outcome.choices)),
    Column("CHANNEL", "Way in", "code", choices=dict(Act.Channel.choices)),
    Column("FORM", "Form"),
    Column("RECORD", "Key of the record"),
    Column("REQUEST", "Key of the request"),
    Column("SOFTWARE", "Version of the software"),
)
_CHANGES = (
    *KEYS,
    *_WHO,
    Column("TABLE", "Kind of record"),
    Column("RECORD", "Key of the record"),
    Column("REVISION", "Revision of the record", "integer"),
    Column("CHANGE", "Kind of change", "code", choices={"+": "added", "~": "changed"}),
    Column("FORM", "Form"),
    Column("SLOT", "Place in the case book"),
    Column("PROTOCOL", "Protocol version of the entry"),
    Column("PATH", "What changed"),
    Column("LABEL", "What changed, in words"),
    Column("OLD", "Value before, exactly"),
    Column("NEW", "Value after, exactly"),
    Column("OLD_WORDS", "Value before, in words"),
    Column("NEW_WORDS", "Value after, in words"),
)
_ACT = (
    "at",
    "id",
    "actor_username",
    "actor_name",
    "actor_role",
    "actor_organisation",
    "operation",
    "sentence",
    "reason",
)
TAKING_OUT = "extracts."
"""How the names of the operations begin that take data out."""


def datasets(of: Reading) -> list[Dataset]:
    """Acts, and the changes they made."""
    return [_acts(of), _changes(of)]


def acts_of(of: Reading) -> QuerySet[Act]:
    """The acts of the trial at the sites of this extract; what belongs to no site goes with all sites together."""
    here = Q(site_id__in=[site.pk for site in of.sites])
    if of.whole_trial:
        here |= Q(site_id__isnull=True)
    found: QuerySet[Act] = Act.objects.using(of.using).filter(here, trial_id=of.trial.pk)
    return found.exclude(operation__startswith=TAKING_OUT)


def _acts(of: Reading) -> Dataset:
    closed = closed_forms(of)
    arm = Allocation._meta.label_lower

    def rows() -> Iterator[Row]:
        names = (
            "site_code",
            "subject_label",
            *_ACT,
            "outcome",
            "channel",
            "form",
            "record_id",
            "request_id",
            "software",
        )
        silent = untold(of, acts_of(of))
        for *row, key, touched in of.stream(acts_of(of).order_by("id"), *names, "id", "touched"):
            texts = [of.trial.code, *map(text_of, row)]
            if key in silent or texts[_FORM] in closed or (not of.arms and arm in touched):
                texts[_REASON] = ""
            yield texts

    left_out = [LeftOut(f"Reasons of acts on {form.what}", form.why) for form in closed.values()]
    if not of.arms:
        left_out.append(LeftOut("Reasons of acts that assign an arm", UNBLINDS))
    left_out += [LeftOut(f"Reasons of changes of {item.what}", item.why) for item in of.withheld.values()]
    return Dataset("audit_acts", "Audit trail: every act", _ACTS, rows, tuple(left_out))


_REASON, _FORM = ([column.name for column in _ACTS].index(name) for name in ("REASON", "FORM"))


def _changes(of: Reading) -> Dataset:
    changes = Changes(of)

    def rows() -> Iterator[Row]:
        models = {**TRAILED, **(TRIAL_WIDE if of.whole_trial else {})}
        if not of.arms:
            models.pop(Allocation)
        # Every act's key grows with time, so the tables are merged act by act without being held in memory.
        silent = untold(of, acts_of(of))
        histories = (_history(of, model, way, silent) for model, way in models.items())
        merged = heapq.merge(*histories, key=lambda row: row[:2])
        for _, _, row in merged:
            for change in changes.of(row):
                yield [of.trial.code, *map(text_of, change)]

    left_out = [*closed_forms(of).values(), *of.withheld.values()]
    if not of.arms:
        left_out.append(LeftOut("Treatment arm", UNBLINDS))
    left_out += words_left_out(of)
    return Dataset("audit_changes", "Audit trail: every change", _CHANGES, rows, tuple(dict.fromkeys(left_out)))


def _history(
    of: Reading, model: type[Any], way: str, silent: frozenset[UUID]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The history of one model, in the order of the acts: key of the act, key of the row, and the row."""
    history = model.history.model
    names = ["act_id", "history_id", "history_type", "id", "revision", "changes"]
    if model in TRIAL_WIDE:
        found = history._default_manager.using(of.using).filter(**{way: of.trial.pk})
    else:
        found = of.rows(history, f"{way}site_id")
        names += [f"{way}site__code", f"{way}label"]
    if model in HIDES_WORDS:
        names.append("blinding")
        if not of.unblinding:
            found = found.exclude(blinding=BlindingClass.UNBLINDING)
    if model is Entry:
        names += ["form", "slot", "protocol_version_id"]
    names.append("act__touched")
    names += [f"act__{name}" for name in _ACT]
    found = found.exclude(act__operation__startswith=TAKING_OUT).order_by("act_id", "history_id")
    for row in of.stream(found, *names):
        facts = dict(zip(names, row, strict=True))
        facts["model"] = model
        facts["site"], facts["subject"] = (facts.get(f"{way}site__code", ""), facts.get(f"{way}label", ""))
        *who, reason = row[-len(_ACT) :]
        tells_arm = not of.arms and Allocation._meta.label_lower in facts["act__touched"]
        facts["who"] = (*who, "" if tells_arm or facts["act_id"] in silent else reason)
        yield str(facts["act_id"]), str(facts["history_id"]), facts
