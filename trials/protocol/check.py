"""Checks that look across the whole protocol: references, duplicates, rules, windows."""

from trials.protocol.problem import Problem
from trials.protocol.schema.protocol import Protocol
from trials.protocol.source import Mapping


def cross_check(root: Mapping, protocol: Protocol | None) -> list[Problem]:
    return []
