"""Shows a protocol as text that a person can read from top to bottom."""

import textwrap
from collections.abc import Iterator

from trials.protocol.diff import say_dose, say_range
from trials.protocol.schema.base import Assumed, Label
from trials.protocol.schema.forms import Form
from trials.protocol.schema.items import Check, Group, Item
from trials.protocol.schema.protocol import Protocol

WIDTH = 110
_KINDS = {
    "text": "text",
    "integer": "whole number",
    "decimal": "number",
    "date": "date",
    "partial_date": "date, day or month may be unknown",
    "time": "time",
    "choice": "one of",
    "many": "any of",
    "yes_no": "yes or no",
    "lab": "laboratory value",
    "cells": "number of cells",
    "file": "file",
    "score": "computed score",
}


def show(protocol: Protocol, language: str = "en") -> str:
    """The whole protocol in plain words; what the registry does not say is marked `[assumed]`."""
    return "\n".join(_Shown(protocol, language).lines()) + "\n"


def _mark(assumed: Assumed) -> str:
    if isinstance(assumed, str):
        return f" [assumed: {assumed}]"
    return " [assumed]" if assumed else ""


class _Shown:
    def __init__(self, protocol: Protocol, language: str) -> None:
        self.protocol = protocol
        self.language = language

    def text(self, label: Label | None) -> str:
        return label.text(self.language) if label else ""

    def lines(self) -> Iterator[str]:
        for chapter in (
            self.identity,
            self.people,
            self.criteria,
            self.calendar,
            self.treatment,
            self.forms,
            self.ends,
        ):
            yield from chapter()

    def title(self, words: str) -> Iterator[str]:
        yield from ("", words, "=" * len(words))

    def line(self, words: str, depth: int = 0) -> str:
        indent = "  " * depth
        return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=indent + "    ")

    def identity(self) -> Iterator[str]:
        one, registry = self.protocol.trial, self.protocol.trial.registry
        yield f"{one.code}, protocol version {self.protocol.version}"
        yield self.line(self.text(one.title))
        yield self.line(f"Sponsor: {one.sponsor}. {registry.name}{f' {registry.id}' if registry.id else ''}.")
        facts = [f"phase {registry.phase}" if registry.phase else "", registry.design or ""]
        yield self.line(f"Design: {', '.join(filter(None, facts))}; {one.masking} masking.")
        if one.summary:
            yield self.line(self.text(one.summary))

    def people(self) -> Iterator[str]:
        protocol = self.protocol
        yield from self.title("Sites, arms and participants")
        for site in protocol.sites:
            yield self.line(f"{site.label}, {site.country} ({site.time_zone}){_mark(site.assumed)}", 1)
        for arm in protocol.arms:
            words = f"Arm {arm.code}: {self.text(arm.label)}. {self.text(arm.description)}".rstrip()
            yield self.line(f"{words}{_mark(arm.assumed)}", 1)
        method = protocol.allocation.method.replace("_", " ")
        yield self.line(f"Allocation: {method}{_mark(protocol.allocation.assumed)}", 1)
        plan = protocol.enrolment
        warned = f", a warning at {plan.warn_at}" if plan.warn_at else ""
        yield self.line(
            f"Enrolment: {plan.planned} planned{warned}, none beyond {plan.ceiling}{_mark(plan.assumed)}", 1
        )
        example = protocol.subject_numbers.write(protocol.sites[0].code, 1)
        yield self.line(f"Participant numbers look like {example}", 1)
        for version in protocol.consent.versions:
            yield self.line(f"Consent version {version.version} from {version.starts}{_mark(version.assumed)}", 1)

    def criteria(self) -> Iterator[str]:
        yield from self.title("Eligibility")
        for one in self.protocol.eligibility:
            judge = f"decided by {one.rule}" if one.rule else "judged by the investigator"
            yield self.line(f"{one.id} {one.type}: {self.text(one.text)} ({judge}){_mark(one.assumed)}", 1)

    def calendar(self) -> Iterator[str]:
        schedule = self.protocol.schedule
        yield from self.title("Schedule")
        yield self.line(f"Baseline: {self.text(schedule.baseline.definition)}{_mark(schedule.baseline.assumed)}", 1)
        screening = self.protocol.screening
        yield self.line(f"{self.text(screening.label)}: {', '.join(screening.forms)}{_mark(screening.assumed)}", 1)
        for visit in schedule.visits:
            arms = f", arms {', '.join(visit.arms)}" if visit.arms else ""
            anchor = visit.anchor.replace("_", " ").replace("visit:", "visit ")
            when = f"{visit.offset} after {anchor}, {visit.window}{_mark(visit.window.assumed)}"
            words = f"{visit.id} {self.text(visit.label)}: {when}{arms}. Forms: {', '.join(visit.forms)}"
            yield self.line(f"{words}{_mark(visit.assumed)}", 1)
        if schedule.unscheduled.forms:
            yield self.line(f"{self.text(schedule.unscheduled.label)}: {', '.join(schedule.unscheduled.forms)}", 1)
        if schedule.logs:
            yield self.line(f"Throughout: {', '.join(schedule.logs)}", 1)
        for one in self.protocol.reminders:
            words = f"Reminder {one.id}: {one.when.replace('_', ' ')}, {one.days} days, to {', '.join(one.to)}"
            yield self.line(f"{words}{_mark(one.assumed)}", 1)

    def treatment(self) -> Iterator[str]:
        infusions, events = self.protocol.infusions, self.protocol.adverse_events
        if infusions:
            yield from self.title("Infusions")
            yield self.line(f"{infusions.number} in {', '.join(infusions.arms)}: {say_dose(infusions.dose)}", 1)
            times = "; ".join(str(one) for one in infusions.at)
            anchor = infusions.anchor.replace("_", " ")
            yield self.line(f"Planned {times} after {anchor}, {infusions.window}{_mark(infusions.window.assumed)}", 1)
            if infusions.minimum_interval:
                yield self.line(f"At least {infusions.minimum_interval} between two{_mark(infusions.assumed)}", 1)
            yield self.line(f"Recorded on the form {infusions.forms.administration}; given on {infusions.date_item}", 1)
        if events:
            yield from self.title("Adverse events")
            scale = self.protocol.scale(events.scale)
            yield self.line(f"{self.text(scale.label)}, on the form {events.form}", 1)
            for grade in scale.grades:
                yield self.line(f"{self.text(grade.label)}: {self.text(grade.definition)}", 2)
            yield self.line(f"Serious: {self.text(events.serious_words)}{_mark(events.assumed)}", 1)
            yield self.line(f"Decided by {events.serious}", 2)

    def forms(self) -> Iterator[str]:
        for form in self.protocol.forms:
            yield from self.title(f"Form {form.id}: {self.text(form.title)}{_mark(form.assumed)}")
            yield from self.form(form)

    def form(self, form: Form) -> Iterator[str]:
        for section in form.sections:
            shown = f" (shown when {section.show})" if section.show else ""
            yield self.line(f"{self.text(section.title)}{shown}{_mark(section.assumed)}", 1)
            for block in section.items:
                if isinstance(block, Group):
                    yield self.line(f"{block.id}: {self.text(block.title)}, up to {block.maximum} rows", 2)
                    yield from (self.line(self.item(item), 3) for item in block.items)
                    yield from (self.line(self.check(one), 3) for one in block.checks)
                else:
                    yield self.line(self.item(block), 2)
        yield from (self.line(self.check(one), 1) for one in form.checks)

    def item(self, item: Item) -> str:
        words = [f"{item.id}: {self.text(item.label)}: {_KINDS[item.kind]}"]
        if item.choices:
            options = self.protocol.choice_list(item.choices).options
            words[0] += " " + " / ".join(self.text(one.label) for one in options)
        if item.scale:
            words[0] += f" the grades of {self.text(self.protocol.scale(item.scale).label)}"
        if item.analyte:
            analyte = self.protocol.analyte(item.analyte)
            words[0] += f" in {' or '.join(item.units or tuple(unit.unit for unit in analyte.units))}"
        if item.unit:
            words[0] += f" in {item.unit}"
        if item.low is not None or item.high is not None:
            words.append(say_range(item.low, item.high))
        if item.required is True:
            words.append("required")
        elif item.required:
            words.append(f"required when {item.required}")
        if item.show:
            words.append(f"shown when {item.show}")
        if item.class_ != "open":
            words.append(item.class_)
        return ", ".join(words) + _mark(item.assumed)

    def check(self, one: Check) -> str:
        verdict = "refused" if one.hard else "asked about"
        return f"Check {one.id}: {verdict} when {one.when}: {self.text(one.message)}{_mark(one.assumed)}"

    def ends(self) -> Iterator[str]:
        yield from self.title("Outcomes and end of participation")
        for one in self.protocol.outcomes:
            frame = f" ({one.time_frame})" if one.time_frame else ""
            held = f"; in {', '.join(one.measured)}" if one.measured else ""
            yield self.line(f"{one.type}: {self.text(one.text)}{frame}{held}{_mark(one.assumed)}", 1)
        yield self.line(f"Participation ends: {', '.join(self.protocol.end_of_participation.reasons)}", 1)
