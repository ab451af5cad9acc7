"""The demonstration protocol, and contexts to judge its forms in."""

from datetime import date
from pathlib import Path

import pytest

from trials.protocol import Protocol, load_file
from trials.rules.expression import UNKNOWN
from visits.forms.answer import Context

DEMO = Path(__file__).parents[2] / "protocols" / "demo.yaml"
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """The synthetic protocol with every kind of item once."""
    return load_file(DEMO).protocol


@pytest.fixture
def context(protocol: Protocol) -> Context:
    """Monday 2 March 2026 at the site, English, nothing known of other forms."""
    return Context(today=TODAY, protocol=protocol, other_values={"subject.age": UNKNOWN})
