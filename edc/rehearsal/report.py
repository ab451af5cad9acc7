"""What a rehearsal made, counted, and what of the protocol it never touched."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from edc.rehearsal.record import Notes
from trials.models import Allocation, Subject, Trial
from trials.protocol import Protocol
from visits.forms.plan import plan_of
from visits.models import Deviation, Entry, Infusion, Query, Visit

MOST_REFUSALS = 10


@dataclass(frozen=True)
class Report:
    """Lines of words and numbers for the one who rehearsed."""

    lines: tuple[str, ...]
    never_fired: tuple[str, ...]
    never_reached: tuple[str, ...]
    refused: int


def report(trial: Trial, protocol: Protocol, notes: Notes) -> Report:
    """Count what a trial holds now."""
    people = Subject.objects.filter(trial=trial)
    entries = Entry.objects.filter(subject__trial=trial)
    queries = Query.objects.filter(subject__trial=trial)
    infusions = Infusion.objects.filter(subject__trial=trial)
    visits = Visit.objects.filter(subject__trial=trial)
    deviations = Deviation.objects.filter(subject__trial=trial)
    arms = Counter(Allocation.objects.filter(subject__trial=trial).values_list("arm", flat=True))
    reached = set(entries.values_list("form", flat=True))
    never_reached = tuple(form.id for form in protocol.forms if form.id not in reached)
    never_fired = tuple(
        f"{form.id}.{planned.check.id}"
        for form in protocol.forms
        for planned in plan_of(form, protocol).checks
        if (form.id, planned.check.id) not in notes.fired
    )
    refused = notes.refused.total()
    lines = [
        _line("Participants", people.values_list("status", flat=True)),
        _line("Sites", people.values_list("site__code", flat=True)),
        _line("Arms", arms.elements()) if protocol.trial.masking == "open" else f"Arms: {arms.total()} sealed",
        _line("Visits", visits.values_list("status", flat=True)),
        _line("Infusions", infusions.values_list("status", flat=True)),
        _line("Forms", entries.values_list("form", flat=True)),
        _line("Queries", queries.values_list("state", flat=True)),
        _line("Queries opened by", queries.values_list("opened_by", flat=True)),
        _line("Deviations", deviations.values_list("kind", flat=True)),
        f"Refused on purpose: {notes.meant}. Refused otherwise: {refused}.",
        *(f"  {count} x {what}" for what, count in notes.refused.most_common(MOST_REFUSALS)),
        f"Checks that never found anything: {', '.join(never_fired) or 'none'}.",
        f"Forms never filled in: {', '.join(never_reached) or 'none'}.",
    ]
    return Report(tuple(lines), never_fired, never_reached, refused)


def _line(what: str, values: Iterable[str]) -> str:
    counts = Counter(values)
    parts = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
    return f"{what}: {counts.total()}" + (f" ({parts})" if parts else "")
