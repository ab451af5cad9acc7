"""Who and what the trial is: registry facts, sites, arms, numbers, consent, criteria, outcomes."""

import string
from datetime import date
from typing import Annotated, Literal, Self, get_args
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from trials.protocol.schema.base import (
    TRIAL_CODE,
    Assumed,
    Code,
    FormId,
    ItemReference,
    Label,
    Language,
    Part,
    Rule,
    Text,
    Word,
)


class Registry(Part):
    """What the public register says about the trial."""

    name: Text
    id: Text | None = None
    phase: Text | None = None
    design: Text | None = None
    start: Text | None = None
    primary_completion: Text | None = None
    completion: Text | None = None
    enrolment: Text | None = None
    notes: tuple[Text, ...] = ()


class Trial(Part):
    """The trial's identity."""

    code: Annotated[str, Field(pattern=TRIAL_CODE)]
    title: Label
    short_title: Label | None = None
    registry: Registry
    sponsor: Text
    masking: Literal["open", "double"] = "open"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    summary: Label | None = None
    assumed: Assumed = False


class Site(Part):
    """A hospital that takes part, by code and city."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]
    city: Text
    name: Label | None = None
    country: Text
    time_zone: Text
    assumed: Assumed = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise PydanticCustomError(
                "time_zone", "`{zone}` is not a time zone; write it like Asia/Shanghai", {"zone": value}
            )
        return value

    @property
    def label(self) -> str:
        """Code and city, as people say it: `BJ, Beijing`."""
        return f"{self.code}, {self.city}"


class Arm(Part):
    """A treatment arm."""

    code: Code
    label: Label
    description: Label | None = None
    assumed: Assumed = False


AllocationMethod = Literal[
    "investigator_choice", "single_arm", "dose_cohort", "permuted_blocks", "imported_list", "minimisation"
]


class Allocation(Part):
    """How a participant comes into an arm."""

    method: AllocationMethod
    label: Label | None = None
    question: Label | None = None
    assumed: Assumed = False


class Enrolment(Part):
    """How many participants are planned, when to warn, and where enrolment stops."""

    planned: Annotated[int, Field(ge=1, le=1_000_000)]
    warn_at: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    ceiling: Annotated[int, Field(ge=1, le=1_000_000)]
    assumed: Assumed = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warn_at is not None and self.warn_at > self.ceiling:
            raise PydanticCustomError("enrolment", "The warning (warn_at) comes after the ceiling")
        return self


class SubjectNumbers(Part):
    """How a participant number is written, for example `{site}-{number:04}` for BJ-0001."""

    pattern: Text

    @field_validator("pattern")
    @classmethod
    def _usable(cls, value: str) -> str:
        wrong = PydanticCustomError(
            "subject_pattern",
            "A participant number shows the site and one counting number, such as {example}",
            {"example": "{site}-{number:04}"},
        )
        try:
            pieces = list(string.Formatter().parse(value))
        except ValueError:
            raise wrong from None
        names = []
        for words, name, form, conversion in pieces:
            if not all(letter.isascii() and (letter.isalnum() or letter in "-_/") for letter in words):
                raise wrong
            if name is None:
                continue
            numbered = name == "number" and form in {"", "02", "03", "04", "05", "06"}
            if conversion or not (numbered or (name == "site" and not form)):
                raise wrong
            names.append(name)
        if sorted(names) != ["number", "site"]:
            raise wrong
        return value

    def write(self, site: str, number: int) -> str:
        """The participant number of this counting number at this site."""
        return self.pattern.format(site=site, number=number)


class ConsentVersion(Part):
    """One version of the consent form and the date from which it is used."""

    version: Text
    starts: date = Field(alias="from")
    label: Label | None = None
    assumed: Assumed = False


class Consent(Part):
    """Consent versions, and the forms that stay open when consent is withdrawn."""

    versions: Annotated[tuple[ConsentVersion, ...], Field(min_length=1)]
    after_withdrawal: tuple[FormId, ...] = ()
    assumed: Assumed = False

    def version_on(self, day: date) -> ConsentVersion | None:
        """The version in use on this day; none before the first one starts."""
        started = [one for one in self.versions if one.starts <= day]
        return max(started, key=lambda one: one.starts) if started else None


class Demographics(Part):
    """Which items hold the birth date and the sex; the age at consent is computed from them."""

    birth_date: ItemReference
    sex: ItemReference


class Criterion(Part):
    """One criterion of eligibility.

    A rule is true when the sentence of the criterion holds for the participant. Without a rule
    the investigator judges.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
    type: Literal["inclusion", "exclusion"]
    text: Label
    rule: Rule | None = None
    hint: Label | None = None
    assumed: Assumed = False


class Screening(Part):
    """The forms filled in before the arm is assigned."""

    label: Label = Label("Screening")
    forms: tuple[FormId, ...]
    assumed: Assumed = False


class EndOfParticipation(Part):
    """The ways in which participation can end."""

    reasons: Annotated[tuple[Literal["completed", "withdrawn", "lost", "died"], ...], Field(min_length=1)]
    assumed: Assumed = False


class Outcome(Part):
    """What the trial measures, in words, and the items that hold it."""

    type: Literal["primary", "secondary", "safety", "other"]
    text: Label
    time_frame: Text | None = None
    measured: tuple[ItemReference, ...] = ()
    assumed: Assumed = False


Role = Literal[
    "administrator",
    "coordinator",
    "infusion_nurse",
    "investigator",
    "monitor",
    "data_manager",
    "statistician_blinded",
    "statistician_unblinded",
    "pharmacist_unblinded",
    "safety_physician",
    "coder",
    "safety_board",
    "auditor",
]
ROLES: tuple[str, ...] = get_args(Role)


class Reminder(Part):
    """When the site is told about a visit: so many days before or after a point of its window."""

    id: Word
    when: Literal["before_window", "at_target", "before_close", "overdue"]
    days: Annotated[int, Field(ge=0, le=365)] = 0
    to: Annotated[tuple[Role, ...], Field(min_length=1)]
    message: Label | None = None
    assumed: Assumed = False
