"""The first look at a rule: characters and words only.

Whatever has no place in a rule is refused here, with a hint, before Python's parser sees it. What passes
holds only numbers, quoted text, dotted names, brackets, commas and the few operators.
"""

import keyword
import re
from collections.abc import Container
from dataclasses import dataclass

from trials.rules.expression.types import ExpressionError

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_DIGITS = 28
MAX_EXPONENT = 30

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<text>"[^"\\\r\n]*"|'[^'\\\r\n]*')
    | (?P<wrong>\*\*|//|<>|=<|=>|===|&&|\|\||:=)
    | (?P<operator>==|!=|<=|>=|[-<>+*/()\[\],])
    """,
    re.VERBOSE,
)
_WORDS_OF_RULES = frozenset({"and", "or", "not", "in", "if", "else"})
_NOT_CLOSED = "This text is not closed: it ends with the quote it starts with, on the same line, without backslash."
_HINTS = {
    "**": "There are no powers in a rule: multiply instead.",
    "//": "Divide with one stroke: /. For whole numbers write floor(a / b).",
    "<>": "Write “is not” as !=.",
    "=<": "Write “at most” as <=.",
    "=>": "Write “at least” as >=.",
    "===": "Write “is” as ==.",
    "=": "Write “is” as ==.",
    "&&": "Write the word “and”.",
    "&": "Write the word “and”.",
    "||": "Write the word “or”.",
    "|": "Write the word “or”.",
    "!": "Write the word “not”, or != for “is not”.",
    "≤": "Write “at most” as <=.",
    "≥": "Write “at least” as >=.",
    "≠": "Write “is not” as !=.",
    "×": "Multiply with *.",
    "−": "Write the minus sign with the plain hyphen: -.",
    "–": "Write the minus sign with the plain hyphen: -.",
    "#": "Comments have no place inside a rule: write them in the protocol file beside it.",
    "\\": "A backslash has no place in a rule.",
    "{": "Curly brackets have no place in a rule: write lists in square brackets.",
    "%": "There is no percent sign in a rule: divide by 100 instead.",
    "^": "There are no powers in a rule: multiply instead.",
    ".": "A number is written with digits on both sides of the point: 0.5; a name as FORM.ITEM.",
    "“": "Write quotes as plain \" or '.",
    "”": "Write quotes as plain \" or '.",
    "‘": "Write quotes as plain \" or '.",
    "’": "Write quotes as plain \" or '.",
    '"': _NOT_CLOSED,
    "'": _NOT_CLOSED,
}
_KEYWORD_HINTS = {
    "True": "Write true in lower case.",
    "False": "Write false in lower case.",
    "None": "Ask for a missing value with is_missing(…).",
    "is": "Write “is” as == and “is not” as !=.",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, text or sign of the rule and where it stands."""

    kind: str
    text: str
    offset: int

    @property
    def end(self) -> int:
        return self.offset + len(self.text)

    def error(self, message: str) -> ExpressionError:
        return ExpressionError(message, self.offset, len(self.text))


def scan(source: str, names: Container[str]) -> list[Token]:
    """The tokens of a rule; refuses what cannot belong to one. `names` are those that the rule may read."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"The rule is too long: {len(source)} characters, at most {MAX_LENGTH}. Split it in two.",
            MAX_LENGTH,
        )
    tokens: list[Token] = []
    place, open_brackets = 0, 0
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None or match.lastgroup is None or match.lastgroup == "wrong":
            raise _no_meaning(source, place, match.group() if match else source[place])
        place = match.end()
        if match.lastgroup == "space":
            continue
        token = Token(match.lastgroup, match.group(), match.start())
        _check(token, tokens[-1] if tokens else None, source, names)
        tokens.append(token)
        open_brackets += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if open_brackets > MAX_DEPTH:
            raise token.error(f"The rule is nested too deeply: at most {MAX_DEPTH} brackets within each other.")
    if not tokens:
        raise ExpressionError("The rule is empty.")
    return tokens


def _no_meaning(source: str, place: int, sign: str) -> ExpressionError:
    shown = f"“{sign}”" if sign.isprintable() else f"The character U+{ord(sign[0]):04X}"
    hint = _HINTS.get(sign, "Text is written in quotes.")
    return ExpressionError(f"{shown} has no meaning here. {hint}", place, len(sign))


def _check(token: Token, before: Token | None, source: str, names: Container[str]) -> None:
    """Refuse a token that is misspelt or stands too close to the one before it."""
    touches = before is not None and before.end == token.offset
    if before is not None and token.kind == "text" and (before.kind == "text" or (touches and before.kind == "name")):
        raise token.error("Two values stand side by side: put a comma or an operator between them.")
    if token.kind == "number":
        _check_number(token, source)
    elif token.kind == "text":
        if not token.text.isprintable():
            raise token.error("This text holds a character that cannot be seen: remove it.")
    elif token.kind == "name":
        _check_name(token, names)


def _check_number(token: Token, source: str) -> None:
    following = source[token.end : token.end + 1]
    if following and (following.isalnum() or following in "._"):
        raise ExpressionError(
            "A number is written with digits and one point, as in 1200 or 0.5, and a blank after it.",
            token.offset,
            len(token.text) + 1,
        )
    mantissa, _, exponent = token.text.lower().partition("e")
    if re.match("0[0-9]", mantissa):
        raise token.error(f'A number does not start with 0. If this is a code, write it in quotes: "{token.text}".')
    if len(mantissa.replace(".", "").lstrip("0")) > MAX_DIGITS:
        raise token.error(f"This number has too many digits: at most {MAX_DIGITS}.")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        raise token.error(f"This number is out of reach: its exponent is from -{MAX_EXPONENT} to {MAX_EXPONENT}.")


def _check_name(token: Token, names: Container[str]) -> None:
    parts = token.text.split(".")
    if len(parts) == 1 and token.text in _WORDS_OF_RULES:
        return
    for part in parts:
        if keyword.iskeyword(part):
            hint = _KEYWORD_HINTS.get(part, "It cannot be used as a name.")
            raise token.error(f"“{part}” has no meaning here. {hint}")
    if token.text.lower() in _WORDS_OF_RULES and token.text not in names:
        raise token.error(f"Write “{token.text.lower()}” in lower case.")
