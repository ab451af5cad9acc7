"""One participant's site at work: filling in forms as the course asks, and storing them through the operations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from adverse_events.models import AdverseEvent
from adverse_events.operations.events import open_event, save_event_report
from adverse_events.queries.events import event_for
from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission, Role
from edc.errors import EdcError, Refused
from edc.rehearsal.filling import Case, Page
from edc.rehearsal.people import Staff
from edc.rehearsal.record import Notes
from edc.rehearsal.solving import Wish, check_wishes, infusion_wishes, life_wishes, solve
from edc.rehearsal.timeline import Timeline, at_work, working_day
from edc.rehearsal.values import Draw, Typed, rounded
from trials.models import Site, Subject
from trials.protocol import Protocol
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Check
from visits.forms.plan import plan_of
from visits.models import Entry
from visits.operations.entry import save_entry
from visits.operations.infusions import record_infusion
from visits.queries.found import infusion_for, subject_for
from visits.queries.places import context_for
from visits.rules.slots import Slot

ODD = 80
"""Thousandths of the forms that hold something doubtful."""
HOPELESS = 15
"""Thousandths of the forms that are first sent with what a hard check refuses."""
NAME = re.compile(r"[A-Z][A-Z0-9_]*")
Done = TypeVar("Done")


@dataclass
class Work:
    """What the courses of one participant share."""

    timeline: Timeline
    staff: Staff
    notes: Notes
    site: Site
    rng: Random
    born: date
    began: date
    levels: dict[str, int] = field(default_factory=dict)
    known: Subject | None = None
    """The participant as last read."""
    behind: bool = False
    """The site is behind with this one: the visits of the last weeks are not recorded yet."""
    over: bool = False
    consent_withdrawn: bool = False
    last_visit: date | None = None

    @property
    def protocol(self) -> Protocol:
        """The protocol in force at the site."""
        return self.site.protocol_version.protocol

    @property
    def subject(self) -> Subject:
        """The participant. Operations read the row again under their lock; what is here may be of before."""
        if self.known is None:
            raise LookupError("Nobody was screened yet.")
        return self.known

    @property
    def subject_id(self) -> UUID:
        """The key of the participant."""
        key: UUID = self.subject.pk
        return key

    def look_again(self) -> None:
        """Read the participant again, after an act that changed their state."""
        self.known = subject_for(self.coordinator, self.subject_id)

    @property
    def coordinator(self) -> Actor:
        """Who types most of it."""
        return self.staff.at(self.site, Role.COORDINATOR)

    @property
    def investigator(self) -> Actor:
        """Who judges and decides."""
        return self.staff.at(self.site, Role.INVESTIGATOR)

    @property
    def today(self) -> date:
        """The day at the site."""
        return clock.today(self.site.time_zone)

    def chance(self, thousandths: int) -> bool:
        """True so many times in a thousand."""
        return self.rng.randrange(1000) < thousandths

    def on(self, day: date) -> datetime:
        """A moment in working hours on a day, or on the Monday after it."""
        return at_work(working_day(day), self.site.time_zone, self.rng)

    def days_on(self, low: int, high: int) -> datetime:
        """A moment some days from now."""
        return self.on(self.today + timedelta(days=self.rng.randint(low, high)))

    def minutes_on(self, low: int, high: int) -> datetime:
        """A moment some minutes from now."""
        now = self.timeline.clock.moment
        return now + timedelta(minutes=self.rng.randint(low, high), seconds=self.rng.randrange(60))

    def attempt(self, what: str, act: Callable[[], Done]) -> Done | None:
        """Do something; when it is refused, note down why and go on."""
        try:
            return act()
        except EdcError as error:
            details = error.field_errors if isinstance(error, Refused) else {}
            first = next((f"{path}: {messages[0]}" for path, messages in details.items() if messages), error.message)
            self.notes.refused[f"{what}: {first}"] += 1
            return None

    def draw(self, form: Form, day: date) -> Draw:
        """What drawing answers for a form needs to know."""
        events = self.protocol.adverse_events
        rare = frozenset(NAME.findall(events.serious)) if events and events.form == form.id else frozenset()
        return Draw(self.rng, self.protocol, day, self.today, self.began, self.born, self.levels, rare)

    def writer(self, form: Form) -> Actor:
        """Who fills in a form."""
        needed = {"infusion": Permission.INFUSION_RECORD, "adverse_event": Permission.EVENT_RECORD}
        return self.staff.writer(self.site, form.who, needed.get(form.about, Permission.ENTRY_WRITE))

    def begin_page(self, form: Form, day: date) -> Page:
        """A page of a form with what is known of the participant."""
        context = context_for(self.subject, form, self.protocol, self.writer(form))
        return Case(self.protocol).add(form, context, self.draw(form, day))

    def filled(self, form: Form, day: date, *, died: bool = False) -> Page:
        """A page filled in so that the rules hold, but for what is now and then doubtful on purpose."""
        page = self.begin_page(form, day)
        page.fill()
        soft = [check for check in self.checks(form) if not check.hard]
        odd = self.chance(ODD)
        broken = self.rng.choice(soft) if odd and soft and self.chance(500) else None
        self._settled(page, [*check_wishes(page, broken), *infusion_wishes(page), *life_wishes(page, died=died)])
        if odd and broken is None:
            self._slip(page)
        return page

    def checks(self, form: Form) -> list[Check]:
        """The checks over several answers of a form, those of its groups included."""
        return [planned.check for planned in plan_of(form, self.protocol).checks]

    def _settled(self, page: Page, wishes: list[Wish]) -> None:
        solve(wishes, page.draw)
        page.settle()
        page.mend()

    def _slip(self, page: Page) -> None:
        """Type one number that a person hardly has: in the wrong unit, or too high."""
        spots = [spot for spot in page.spots() if "text" in page.answers.get(spot.path, {})]
        for spot in self.rng.sample(spots, len(spots)):
            item, typed = spot.item, page.answers[spot.path]
            wrong: Typed | None = None
            if item.kind == "lab" and typed["text"].replace(".", "").isdigit():
                analyte = self.protocol.analyte(item.analyte or item.id)
                units = [one for one in analyte.units if item.units is None or one.unit in item.units]
                own = analyte.by_unit[typed["unit"]]
                other = [one for one in units if one.factor >= own.factor * 10]
                wrong = {"text": typed["text"], "unit": other[0].unit} if other else None
            elif item.kind in {"integer", "decimal"} and item.soft_high is not None and item.high is not None:
                digits = 0 if item.kind == "integer" else item.decimals or 0
                wrong = {"text": rounded(item.soft_high + (item.high - item.soft_high) / 4, digits)}
            if wrong is not None:
                page.put(spot, wrong)
                if page.bound().ok:
                    return
                page.put(spot, typed)

    def save(self, slot: Slot, day: date, *, died: bool = False) -> Entry | None:
        """Fill in the form of a slot and store it."""
        form = self.protocol.form(slot.form)
        if self.consent_withdrawn and form.id not in self.protocol.consent.after_withdrawal:
            return None
        page = self.filled(form, day, died=died)
        hard = [check for check in self.checks(form) if check.hard]
        if hard and self.chance(HOPELESS):
            self._send_hopeless(slot, page, self.rng.choice(hard), died=died)
        return self.send(slot, page)

    def _send_hopeless(self, slot: Slot, page: Page, check: Check, *, died: bool) -> None:
        """Send a form with what a hard check refuses, as people do, and put it right."""
        if solve(check_wishes(page, check), page.draw) and not page.bound().ok:
            try:
                self.store(slot, page.form, page.data())
            except Refused:
                self.notes.meant += 1
                self.notes.fired.add((page.form.id, check.id))
        self._settled(page, [*check_wishes(page), *infusion_wishes(page), *life_wishes(page, died=died)])

    def send(self, slot: Slot, page: Page) -> Entry | None:
        """Store a page; what its checks found is noted."""
        entry = self.attempt(
            f"{page.form.id} at {slot.place or 'log'}", lambda: self.store(slot, page.form, page.data())
        )
        if entry is not None:
            self.notes.fired |= {(page.form.id, found.check) for found in page.bound().findings}
        return entry

    def store(
        self, slot: Slot, form: Form, data: dict[str, object], *, base_revision: int = 0, reason: str = ""
    ) -> Entry | None:
        """Store typing through the operation that its place asks for."""
        by = self.writer(form)
        if slot.kind == "infusion":
            infusion = infusion_for(by, self.subject, slot.occasion)
            record_infusion(by=by, infusion=infusion, data=data, base_revision=base_revision, reason=reason)
        elif slot.kind == "event" and not base_revision:
            open_event(by=by, subject=self.subject, data=data, key=clock.new_id())
        elif slot.kind == "event":
            key = AdverseEvent.objects.values_list("pk", flat=True).get(subject=self.subject_id, number=slot.occasion)
            event = event_for(by, key)
            save_event_report(by=by, event=event, data=data, base_revision=base_revision, reason=reason)
        else:
            return save_entry(
                by=by,
                subject=self.subject,
                slot=str(slot),
                data=data,
                base_revision=base_revision,
                key=clock.new_id() if not base_revision else None,
                reason=reason,
            )
        return Entry.objects.filter(subject=self.subject_id, slot=str(slot)).first()
