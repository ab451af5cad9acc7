"""The whole protocol of a trial, as one value that never changes."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from trials.protocol.schema.base import Assumed, Part, Text, Word
from trials.protocol.schema.forms import Form
from trials.protocol.schema.identity import (
    Allocation,
    Arm,
    Consent,
    Criterion,
    Demographics,
    EndOfParticipation,
    Enrolment,
    Outcome,
    Reminder,
    Screening,
    Site,
    SubjectNumbers,
    Trial,
)
from trials.protocol.schema.items import Item
from trials.protocol.schema.lists import Analyte, ChoiceList, MissingCode, Scale
from trials.protocol.schema.schedule import AdverseEvents, Infusions, Schedule, Visit

FormatVersion = Literal[1]


class Protocol(Part):
    """One version of one trial's protocol, library parts included."""

    format: FormatVersion = Field(alias="schema")
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")]
    library: tuple[Word, ...] = ()
    trial: Trial
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    allocation: Allocation
    enrolment: Enrolment
    subject_numbers: SubjectNumbers
    consent: Consent
    demographics: Demographics | None = None
    eligibility: tuple[Criterion, ...] = ()
    screening: Screening
    schedule: Schedule
    infusions: Infusions | None = None
    adverse_events: AdverseEvents | None = None
    end_of_participation: EndOfParticipation
    reminders: tuple[Reminder, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    missing: tuple[MissingCode, ...] = ()
    choices: dict[Word, ChoiceList] = {}
    scales: dict[Word, Scale] = {}
    analytes: tuple[Analyte, ...] = ()
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]
    notes: tuple[Text, ...] = ()
    assumed: Assumed = False

    @cached_property
    def forms_by_id(self) -> dict[str, Form]:
        """Each form by its id."""
        return {form.id: form for form in self.forms}

    @cached_property
    def analytes_by_id(self) -> dict[str, Analyte]:
        """Each analyte by its id."""
        return {analyte.id: analyte for analyte in self.analytes}

    @cached_property
    def missing_by_code(self) -> dict[str, MissingCode]:
        """Each missing code by what is stored."""
        return {one.code: one for one in self.missing}

    @cached_property
    def sites_by_code(self) -> dict[str, Site]:
        """Each site by its code."""
        return {site.code: site for site in self.sites}

    @cached_property
    def arms_by_code(self) -> dict[str, Arm]:
        """Each arm by its code."""
        return {arm.code: arm for arm in self.arms}

    def form(self, form_id: str) -> Form:
        """The form with this id; `KeyError` when there is none."""
        return self.forms_by_id[form_id]

    def item(self, reference: str) -> Item:
        """The item that a reference such as `DM.SEX` names; `KeyError` when there is none."""
        form_id, _, item_id = reference.partition(".")
        return self.form(form_id).item(item_id)

    def visit(self, visit_id: str) -> Visit:
        """The planned visit with this id; `KeyError` when there is none."""
        return self.schedule.by_id[visit_id]

    def choice_list(self, name: str) -> ChoiceList:
        """The choice list with this name; `KeyError` when there is none."""
        return self.choices[name]

    def scale(self, name: str) -> Scale:
        """The scale with this name; `KeyError` when there is none."""
        return self.scales[name]

    def analyte(self, analyte_id: str) -> Analyte:
        """The analyte with this id; `KeyError` when there is none."""
        return self.analytes_by_id[analyte_id]

    def site(self, code: str) -> Site:
        """The site with this code; `KeyError` when there is none."""
        return self.sites_by_code[code]

    def arm(self, code: str) -> Arm:
        """The arm with this code; `KeyError` when there is none."""
        return self.arms_by_code[code]

    def missing_codes(self, item: Item) -> tuple[MissingCode, ...]:
        """The missing codes that this item may be answered with."""
        if item.missing is None:
            return self.missing
        return tuple(one for one in self.missing if one.code in item.missing)
