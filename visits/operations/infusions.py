"""Recording infusions: that one was given and how, that one was not given, and what was recorded in error."""

import uuid
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from edc import clock
from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import NeedsReason, NotVisible, Refused
from trials.models import Allocation, Subject
from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from trials.protocol.schema.schedule import Infusions
from visits.asking import ask_and_settle
from visits.forms.answer import Context
from visits.forms.binding import Bound, Finding
from visits.forms.values import Values, typed_values
from visits.models import Cell, Deviation, Entry, Infusion
from visits.operations.deviations import Departure, settle_deviations
from visits.planning import lay_what_became_known
from visits.queries.found import lean
from visits.queries.places import Place
from visits.queries.values import LONG_TEXTS
from visits.rules import infusing
from visits.rules.infusing import Check, Course, Limits
from visits.rules.slots import infusion_slot
from visits.storing import Typing, store_entry, withdraw

KINDS = {
    Check.WINDOW: Deviation.Kind.INFUSION_WINDOW,
    Check.INTERVAL: Deviation.Kind.INFUSION_INTERVAL,
    Check.DOSE: Deviation.Kind.INFUSION_DOSE,
    Check.VOLUME: Deviation.Kind.INFUSION_DOSE,
}
EVERY_KIND = (*dict.fromkeys(KINDS.values()), Deviation.Kind.INFUSION_NOT_GIVEN)


@operation(Permission.INFUSION_RECORD, "Infusion recorded", on="infusion")
def record_infusion(
    *,
    by: Actor,
    reason: str,
    infusion: Infusion,
    data: Typing,
    base_revision: int = 0,
    key: uuid.UUID | None = None,
) -> Entry:
    """Save the form of an infusion as it was typed, and with its date the infusion counts as given.

    Refused is what cannot be: before the arm was assigned or in the future, a stop before the start, two infusions
    at once or out of order, more than are planned, an arm that gets none, an infusion recorded as not given. Outside
    its window, too soon after the one before, or another dose than planned is stored, with a deviation and a query.
    Correcting it needs a reason; date, deviations and queries follow the correction. Returns the saved form.
    """
    course = _Course.locked(infusion)
    course.check_may_be_given()
    place = Place(
        course.subject, infusion_slot(course.number, course.form_id), infusion=course.infusion, label=course.label
    )
    stored = store_entry(place, data, base_revision=base_revision, by=by, reason=reason, key=key, judge=course.judge)
    if stored.changed:
        course.follow(stored.entry)
    return stored.entry


@operation(Permission.INFUSION_RECORD, "Infusion recorded as not given", on="infusion")
def mark_not_given(*, by: Actor, reason: str, infusion: Infusion) -> Infusion:
    """Record that a planned infusion is not given, and why. A deviation is raised.

    Refused: without a reason, when it was given or cancelled, and while its form is filled in.
    """
    course = _Course.locked(infusion)
    row = course.infusion
    course.note(f"{course.label} recorded as not given")
    if not reason:
        message = "Say why the infusion is not given."
        raise Refused(message, field_errors={"reason": [message]})
    if row.status == Infusion.Status.NOT_GIVEN and row.note == reason:
        return row
    if row.status not in {Infusion.Status.PLANNED, Infusion.Status.NOT_GIVEN}:
        raise Refused(f"This infusion is recorded as {row.get_status_display()}. Take that back first.")
    if course.own_entry is not None:
        raise Refused("The form of this infusion is filled in. Take that back first.")
    row.status, row.note = Infusion.Status.NOT_GIVEN, reason
    row.save()
    departure = Departure(Deviation.Kind.INFUSION_NOT_GIVEN, row.planned_on, f"{course.label} was not given.")
    settle_deviations(course.subject, EVERY_KIND, [departure], infusion=row)
    return row


@operation(Permission.INFUSION_RECORD, "Record of an infusion taken back", on="infusion")
def undo_infusion(*, by: Actor, reason: str, infusion: Infusion) -> Infusion:
    """Take back what was recorded of an infusion in error. Needs a reason; its form and deviations are withdrawn.

    The infusion is planned again, or cancelled when the participation is over. What was typed stays on record.
    """
    course = _Course.locked(infusion)
    row, entry = course.infusion, course.own_entry
    course.note(f"Record of {course.label} taken back")
    if entry is None and row.status not in {Infusion.Status.GIVEN, Infusion.Status.NOT_GIVEN}:
        raise Refused("Nothing is recorded of this infusion, so there is nothing to take back.")
    if not reason:
        raise NeedsReason("Say why the record of this infusion is taken back.")
    if entry is not None:
        withdraw(entry, reason)
    over = course.subject.has_ended
    row.status = Infusion.Status.CANCELLED if over else Infusion.Status.PLANNED
    row.given_on, row.note = None, reason if over else ""
    row.save()
    settle_deviations(course.subject, EVERY_KIND, [], infusion=row)
    course.settle_the_next(Course(course.number))
    lay_what_became_known(course.subject, "infusion")
    return row


@dataclass
class _Course:
    """One infusion among the others of its participant, all locked until the end of the act."""

    infusion: Infusion
    every: dict[int, Infusion]

    @classmethod
    def locked(cls, infusion: Infusion) -> "_Course":
        """Read the participant and their infusions again under a lock, so that they are recorded one at a time."""
        rows: Any = lean(Infusion.objects.select_for_update(of=("subject", "self")), "subject")
        every = {row.number: row for row in rows.filter(subject_id=infusion.subject_id).order_by("number")}
        found = next((row for row in every.values() if row.pk == infusion.pk), None)
        if found is None:
            raise NotVisible
        for row in every.values():
            row.subject = found.subject
        return cls(found, every)

    @property
    def subject(self) -> Subject:
        return self.infusion.subject

    @property
    def number(self) -> int:
        return self.infusion.number

    @property
    def label(self) -> str:
        return f"Infusion {self.number}"

    @cached_property
    def planned(self) -> Infusions:
        """What the protocol in force at the site says of infusions."""
        planned = self.subject.site.protocol_version.protocol.infusions
        if planned is None:
            raise NotVisible
        return planned

    @property
    def form_id(self) -> str:
        return self.planned.forms.administration

    @cached_property
    def entries(self) -> dict[int, Entry]:
        """The forms of all infusions of the participant that stand, by number of the infusion."""
        rows = Entry.objects.select_related("protocol_version").defer(*LONG_TEXTS)
        numbers = {row.pk: row.number for row in self.every.values()}
        found: dict[int, Entry] = {}
        for entry in rows.filter(subject=self.subject, infusion__isnull=False, form=self.form_id, withdrawn=False):
            entry.subject = self.subject
            found[numbers[entry.infusion_id]] = entry
        return found

    @property
    def own_entry(self) -> Entry | None:
        return self.entries.get(self.number)

    @cached_property
    def others(self) -> list[Course]:
        """What is recorded of the other infusions."""
        return [
            course_of(number, entry.protocol_version.protocol, entry.values)
            for number, entry in self.entries.items()
            if number != self.number and self.every[number].status == Infusion.Status.GIVEN
        ]

    @cached_property
    def limits(self) -> Limits:
        """The days between which an infusion of this participant can lie; refused where there can be none."""
        allocation = Allocation.objects.filter(subject=self.subject).first()
        if allocation is None:
            raise Refused("The arm is not assigned yet, so no infusion can be recorded.")
        if allocation.arm not in self.planned.arms:
            raise Refused("The arm of this participant gets no infusions.")
        today = clock.today(self.subject.site.time_zone)
        return Limits(allocation.assigned_on, today, self.subject.ended_on)

    def note(self, sentence: str) -> None:
        """Say in the act which infusion it is about."""
        recording.required(Infusion).note(record_id=self.infusion.pk, sentence=sentence)

    def check_may_be_given(self) -> None:
        """Refuse what no typing could put right."""
        self.note(f"{self.label} recorded")
        if self.number > self.planned.number:
            raise Refused(f"The protocol plans {_counted(self.planned.number)}. This would be one more.")
        _ = self.limits

    def judge(self, bound: Bound, context: Context) -> None:
        """Refuse what cannot be, and ask about what departs from the plan."""
        course = course_of(self.number, context.protocol, bound.values)
        for one in infusing.objections(course, self.others, self.planned, self.limits):
            path = self._item(one.role, bound.form)
            if path not in bound.errors:
                bound.refuse(path, one.message)
        for departure in self.departures(course):
            path = self._item(departure.role, bound.form)
            bound.findings.append(Finding(departure.check.value, path, departure.message))

    def departures(self, course: Course) -> list[infusing.Departure]:
        """Where this infusion departs from the plan."""
        previous = infusing.previous_of(course, self.others)
        row = self.infusion
        return list(infusing.departures(course, previous, self.planned, row.earliest, row.latest))

    def follow(self, entry: Entry) -> None:
        """Bring date, status, deviations, the infusion after it and the calendar in line with the saved form."""
        row, course = self.infusion, course_of(self.number, entry.protocol_version.protocol, entry.values)
        moved = row.given_on != course.given_on
        row.given_on = course.given_on
        row.status = Infusion.Status.PLANNED if course.given_on is None else Infusion.Status.GIVEN
        row.save()
        settle_deviations(self.subject, EVERY_KIND, self._deviations(course), infusion=row)
        if moved:
            self.settle_the_next(course)
            lay_what_became_known(self.subject, "infusion")

    def settle_the_next(self, course: Course) -> None:
        """Look again at the distance of the infusion after this one, whose date stays as it is."""
        later = infusing.next_of(self.number, self.others)
        if later is None:
            return
        entry, row = self.entries[later.number], self.every[later.number]
        previous = infusing.previous_of(later, [*self.others, course])
        found = list(infusing.too_soon(later, previous, self.planned))
        kind = Deviation.Kind.INFUSION_INTERVAL
        departures = [Departure(kind, row.given_on, one.message) for one in found if row.given_on is not None]
        settle_deviations(self.subject, [kind], departures, infusion=row)
        form = entry.protocol_version.protocol.form(entry.form)
        findings = [Finding(one.check.value, self._item(one.role, form), one.message) for one in found]
        still_open = ask_and_settle(entry, form, findings, is_new=False, only={Check.INTERVAL.value})
        Cell.objects.filter(entry=entry).update(open_queries=still_open)

    def _deviations(self, course: Course) -> list[Departure]:
        if course.given_on is None:
            return []
        return [Departure(KINDS[one.check], course.given_on, one.message) for one in self.departures(course)]

    def _item(self, role: infusing.Role, form: Form) -> str:
        """The item of a role; the date where the protocol names none."""
        item: str = getattr(self.planned, f"{role}_item") or self.planned.date_item
        return item if item in form.by_id else ""


def _counted(number: int) -> str:
    return f"{number} infusion{'' if number == 1 else 's'}"


def course_of(number: int, protocol: Protocol, values: Values) -> Course:
    """What a form says of an infusion, by the items that the protocol names."""
    planned = protocol.infusions
    if planned is None:
        return Course(number)
    form = protocol.form(planned.forms.administration)
    read = typed_values(form, values, Context(today=date.max, protocol=protocol))

    def known(item: str | None, kind: type[Any]) -> Any:
        value = read.get(item) if item else None
        return value if isinstance(value, kind) else None

    return Course(
        number,
        given_on=known(planned.date_item, date),
        start=known(planned.start_item, time),
        ended_on=known(planned.end_date_item, date),
        stop=known(planned.stop_item, time),
        cells=known(planned.dose_item, Decimal),
        volume=known(planned.volume_item, Decimal),
    )
