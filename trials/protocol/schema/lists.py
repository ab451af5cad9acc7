"""What forms refer to by name: choice lists, missing codes, scales, analytes."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from trials.protocol.schema.base import Assumed, Code, ItemId, Label, Number, Part, Text


class Option(Part):
    """One answer of a choice list: what is stored, and what is shown."""

    code: Code
    label: Label
    key: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    hint: Label | None = None
    assumed: Assumed = False


class ChoiceList(Part):
    """The answers of a choice, in the order in which they are shown."""

    label: Label | None = None
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=500)]
    assumed: Assumed = False

    @cached_property
    def by_code(self) -> dict[str, Option]:
        """Each option by its stored code."""
        return {option.code: option for option in self.options}

    def label_of(self, code: str, language: str = "en") -> str:
        """The words for a stored code; the code itself when it is not on the list."""
        option = self.by_code.get(code)
        return option.label.text(language) if option else code


class MissingCode(Part):
    """A reason why there is no value: not done, unknown, not applicable."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{1,8}$")]
    label: Label
    assumed: Assumed = False


class Grade(Part):
    """One step of a scale with its definition as shown on the form."""

    grade: Annotated[int, Field(ge=0, le=10)]
    label: Label
    definition: Label | None = None

    @property
    def code(self) -> str:
        """The grade as it is stored."""
        return str(self.grade)


class Scale(Part):
    """A grading scale of the trial's own, with the definitions shown beside each grade."""

    label: Label
    source: Text | None = None
    grades: Annotated[tuple[Grade, ...], Field(min_length=2)]
    assumed: Assumed = False

    @cached_property
    def by_code(self) -> dict[str, Grade]:
        """Each grade by the text that is stored for it."""
        return {grade.code: grade for grade in self.grades}


class Unit(Part):
    """A unit that an analyte may be reported in.

    A value in this unit times `factor` is the value in the analyte's standard unit. A value
    outside `plausible` (both ends belong to it) raises a question, for it is rarely true.
    """

    unit: Annotated[str, Field(min_length=1, max_length=20)]
    factor: Number
    plausible: Annotated[tuple[Number, ...], Field(min_length=2, max_length=2)] | None = None
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.factor <= 0:
            raise PydanticCustomError("unit_factor", "A conversion factor is greater than 0")
        if self.plausible and self.plausible[0] >= self.plausible[1]:
            raise PydanticCustomError("unit_range", "The plausible range begins above its end")
        return self


class Analyte(Part):
    """A laboratory measurement: its names in the standards and the units it comes in."""

    id: ItemId
    label: Label
    group: Text
    cdisc: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
    domain: Literal["LB", "MB", "IS"] = "LB"
    nci: Annotated[str, Field(pattern=r"^C[0-9]{3,7}$")] | None = None
    standard: Text
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    note: Text | None = None
    assumed: Assumed = False

    @model_validator(mode="after")
    def _standard_is_a_unit(self) -> Self:
        names = [unit.unit for unit in self.units]
        if len(set(names)) != len(names):
            raise PydanticCustomError("analyte_units", "A unit is listed twice for this analyte")
        standard = next((unit for unit in self.units if unit.unit == self.standard), None)
        if standard is None:
            raise PydanticCustomError("analyte_standard", "The standard unit is not among the units")
        if standard.factor != 1:
            raise PydanticCustomError("analyte_standard", "The factor of the standard unit must be 1")
        return self

    @cached_property
    def by_unit(self) -> dict[str, Unit]:
        """Each unit by its name."""
        return {unit.unit: unit for unit in self.units}

    @property
    def loinc(self) -> str | None:
        """The LOINC code of the standard unit's measurement."""
        return self.by_unit[self.standard].loinc
