"""Synthetic answers: every kind gives typing that the forms engine takes, whatever chance says."""

import datetime
from random import Random

import pytest

from edc.rehearsal.filling import Case, Page
from edc.rehearsal.solving import check_wishes, solve
from edc.rehearsal.values import GENERATORS, Draw, answer
from tests import builders
from trials.checks import FOLDER
from trials.protocol import Protocol, load_file
from trials.protocol.schema.items import RESERVED_KINDS
from visits.forms.answer import Answer, Context, RawAnswer
from visits.forms.binding import Bound
from visits.forms.kinds import KINDS

TODAY = datetime.date(2026, 3, 2)
EVERY_FILE = [builders.DEMO, *sorted(FOLDER.glob("*.yaml"))]


@pytest.fixture(scope="module", params=EVERY_FILE, ids=lambda path: path.stem)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return load_file(request.param).protocol


def draw_for(protocol: Protocol, seed: int) -> Draw:
    rng = Random(seed)  # noqa: S311 - synthetic answers
    return Draw(rng, protocol, TODAY, TODAY, TODAY - datetime.timedelta(days=100))


def page_of(protocol: Protocol, form_id: str, seed: int, *, whole: bool = False) -> Page:
    context = Context(today=TODAY, protocol=protocol)
    page = Case(protocol).add(protocol.form(form_id), context, draw_for(protocol, seed), whole=whole)
    page.fill()
    return page


def test_every_kind_that_a_protocol_may_use_can_be_drawn() -> None:
    assert set(GENERATORS) == set(KINDS) - RESERVED_KINDS


def test_what_is_drawn_for_an_item_is_read_by_its_kind(protocol: Protocol) -> None:
    context = Context(today=TODAY, protocol=protocol)
    for seed in range(5):
        draw = draw_for(protocol, seed)
        for form in protocol.forms:
            for item in form.all_items():
                read = KINDS[item.kind].parse(item, RawAnswer(**answer(item, draw)), context)
                assert isinstance(read, Answer), (form.id, item.id, read)
                assert not [one for one in KINDS[item.kind].check(item, read, context) if one.hard], (item.id, read)


def test_a_settled_page_is_accepted_and_no_check_finds_anything(protocol: Protocol) -> None:
    for form in protocol.forms:
        for seed in range(3):
            page = page_of(protocol, form.id, seed)
            wishes = check_wishes(page)
            assert solve(wishes, page.draw), form.id
            page.settle()
            page.mend()
            bound: Bound = page.bound()
            assert bound.ok, (form.id, bound.errors)
            checks = {check.id for check in form.checks}
            assert not [found for found in bound.findings if found.check in checks], (form.id, bound.findings)


def test_a_check_can_be_broken_on_purpose() -> None:
    protocol = load_file(builders.DEMO).protocol
    form = protocol.form("VS")
    (hard,) = [check for check in form.checks if check.hard]
    page = page_of(protocol, "VS", 1, whole=True)
    assert solve(check_wishes(page, hard), page.draw)
    assert "DIABP" in page.bound().errors
