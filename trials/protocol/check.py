"""Checks that look across the whole file. They work on the tree, so they also run on a file with other mistakes."""

from trials.protocol.checks import duplicates, forms, items, references, remarks, rules, schedule
from trials.protocol.problem import Problem
from trials.protocol.source import Mapping
from trials.protocol.view import View

CHECKS = (
    duplicates.check,
    references.check,
    forms.check,
    items.check,
    rules.check,
    schedule.check,
    remarks.check,
)


def cross_check(root: Mapping) -> list[Problem]:
    """Every problem between the parts of a file, library parts included."""
    view = View(root)
    return [problem for check in CHECKS for problem in check(view)]
