"""What a rule reckons with: types of values, the value *unknown*, and the error that points into the rule."""

from enum import StrEnum
from typing import Any, Final, Self


class Type(StrEnum):
    """What an item or a part of a rule holds."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    BOOL = "bool"
    CODE = "code"
    CODES = "codes"

    @property
    def words(self) -> str:
        """As it is called in a message: `a number`, `a yes-or-no answer`."""
        return _WORDS[self]


_WORDS = {
    Type.NUMBER: "a number",
    Type.TEXT: "a text",
    Type.DATE: "a date",
    Type.TIME: "a time",
    Type.BOOL: "a yes-or-no answer",
    Type.CODE: "a choice",
    Type.CODES: "a list of choices",
}


class Unknown:
    """The answer while something needed is missing. Neither true nor false: asking it which is a mistake."""

    _only: "Unknown | None" = None

    def __new__(cls) -> Self:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only  # type: ignore[return-value]  # set above

    def __bool__(self) -> bool:
        raise TypeError("An unknown answer is neither true nor false: compare it by `is UNKNOWN`.")

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        return type(self), ()


UNKNOWN: Final = Unknown()

# A value while a rule is evaluated. Its type was settled when the rule was compiled: NUMBER is Decimal or
# Between, DATE is date or PartialDate, CODES is frozenset[str], the others are plain; each may be UNKNOWN.
Value = Any


class ExpressionError(ValueError):
    """A rule that cannot be used: what is wrong, and where (offset and length in its characters)."""

    def __init__(self, message: str, offset: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)

    def __reduce__(self) -> tuple[type[Self], tuple[str, int, int]]:
        return type(self), (self.message, self.offset, self.length)
