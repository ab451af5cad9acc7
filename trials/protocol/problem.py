"""A problem in a protocol file, and the error that carries all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where. Lines and columns count from 1; 0 means the file as a whole."""

    severity: Severity
    path: str
    line: int
    column: int
    message: str
    source_line: str = ""

    def format(self) -> str:
        """`file:line:column: error: message`, the line itself, and a caret under the place."""
        head = f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}"
        if not self.source_line.strip():
            return head
        shown = "".join(one if one.isprintable() or one == "\t" else "�" for one in self.source_line[:200])
        before = shown[: max(self.column - 1, 0)]
        indent = "".join("\t" if letter == "\t" else " " for letter in before)
        return f"{head}\n    {shown}\n    {indent}^"

    def __str__(self) -> str:
        return self.format()


class ProtocolError(Exception):
    """The protocol file cannot be used. Every problem found is in `problems`, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.format() for problem in self.problems))
