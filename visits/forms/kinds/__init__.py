"""The kinds of items, by the name that a protocol file uses. What is not here the protocol's schema refuses."""

from typing import Final

from visits.forms.kinds.base import Column, Control, Kind, Option
from visits.forms.kinds.cells import Cells
from visits.forms.kinds.coded import Choice, Many, YesNo
from visits.forms.kinds.dates import Date, PartialDateKind, Time
from visits.forms.kinds.lab import Lab
from visits.forms.kinds.number import Decimal, Integer
from visits.forms.kinds.text import Text

KINDS: Final[dict[str, Kind]] = {
    "text": Text(),
    "integer": Integer(),
    "decimal": Decimal(),
    "date": Date(),
    "partial_date": PartialDateKind(),
    "time": Time(),
    "choice": Choice(),
    "many": Many(),
    "yes_no": YesNo(),
    "lab": Lab(),
    "cells": Cells(),
}

__all__ = ["KINDS", "Column", "Control", "Kind", "Option"]
