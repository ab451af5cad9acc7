"""The language of rules: small expressions in the protocol file, three-valued, typed, bounded.

    17 <= MELD <= 30 and SEX in ["1", "2"] and not is_missing(CONSENTDT)

A rule is compiled once and answered often. What is missing makes an answer unknown, unless the rest
settles it.
"""

from trials.rules.calendar import Between
from trials.rules.expression.compile import Expression, compile_expression
from trials.rules.expression.parse import CodeUse
from trials.rules.expression.tree import page_value
from trials.rules.expression.types import UNKNOWN, ExpressionError, Type, Unknown
from trials.rules.expression.words import describe

__all__ = [
    "UNKNOWN",
    "Between",
    "CodeUse",
    "Expression",
    "ExpressionError",
    "Type",
    "Unknown",
    "compile_expression",
    "describe",
    "page_value",
]
