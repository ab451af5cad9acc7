"""What every part of a protocol file shares: strictness, labels, and the plain text types."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    RootModel,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

FORM_ID = r"^[A-Z][A-Z0-9]{0,7}$"
ITEM_ID = r"^[A-Z][A-Z0-9_]{0,31}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,31}$"
WORD = r"^[a-z][a-z0-9_]{0,39}$"
TRIAL_CODE = r"^[A-Z][A-Z0-9-]{1,31}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
REFERENCE = r"^[A-Z][A-Z0-9]{0,7}\.[A-Z][A-Z0-9_]{0,31}$"

DECIMAL_TEXT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
AMOUNT_TEXT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?(e[0-9]{1,2})?")


class Part(BaseModel):
    """One part of a protocol file. Unknown keys are refused and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _as_decimal(value: object) -> object:
    """A decimal from its text; an integer as it is. Binary fractions never get in."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and DECIMAL_TEXT.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("decimal_text", "This must be a number such as 0.5 or 120")


def _as_amount(value: object) -> object:
    """A number of cells: 4e7, 1.0e5 or a plain number."""
    if isinstance(value, str) and AMOUNT_TEXT.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    return _as_decimal(value)


_NUMBER_SCHEMA = WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
Number = Annotated[Decimal, BeforeValidator(_as_decimal), PlainSerializer(str), _NUMBER_SCHEMA]
Amount = Annotated[Decimal, BeforeValidator(_as_amount), PlainSerializer(str), _NUMBER_SCHEMA]

Text = Annotated[str, Field(min_length=1, max_length=4000)]
FormId = Annotated[str, Field(pattern=FORM_ID)]
ItemId = Annotated[str, Field(pattern=ITEM_ID)]
Code = Annotated[str, Field(pattern=CODE)]
Word = Annotated[str, Field(pattern=WORD)]
Rule = Annotated[str, Field(min_length=1, max_length=2000)]
Language = Annotated[str, Field(pattern=LANGUAGE)]
ItemReference = Annotated[str, Field(pattern=REFERENCE)]
Assumed = bool | Text
"""`true`, or in words why we chose what the registry does not say."""


def _label_form(value: Any) -> str:
    return "<languages>" if isinstance(value, dict) else "<text>"


class Label(
    RootModel[
        Annotated[
            Annotated[Text, Tag("<text>")] | Annotated[dict[Language, Text], Tag("<languages>")],
            Discriminator(_label_form),
        ]
    ]
):
    """Words for a reader, in one language or in several: `Albumin`, or `{en: Albumin, zh: …}`."""

    model_config = ConfigDict(frozen=True, strict=True)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.root:
            raise PydanticCustomError("label_empty", "This label has no words in any language")
        return self

    def text(self, language: str = "en") -> str:
        """The words in this language; where there are none, the first that the file gives."""
        if isinstance(self.root, str):
            return self.root
        return self.root.get(language) or self.root.get("en") or next(iter(self.root.values()))

    @property
    def languages(self) -> frozenset[str]:
        """The languages given; empty when the label is one plain text."""
        return frozenset() if isinstance(self.root, str) else frozenset(self.root)

    def __str__(self) -> str:
        return self.text()

    def __hash__(self) -> int:
        return hash(self.text())
