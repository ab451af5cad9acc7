"""The page's script answers as the server does."""

import json
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trials.rules.expression.generated import NAMES, TREES, VALUES, Tree, written
from trials.rules.expression import UNKNOWN, Between, Type, compile_expression, page_value
from trials.rules.partial_date import DateError, PartialDate, parse_time

SCRIPT = Path(__file__).parents[4] / "edc" / "static" / "edc" / "rules.js"
NODE = shutil.which("node")
HARNESS = """
const fs = require("fs");
const vm = require("vm");
globalThis.window = globalThis;
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const calls = JSON.parse(fs.readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(calls.map(([name, given]) => window.edcRules[name](...given))));
"""

needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed: the page's script cannot be run here.")


def ask_page(calls: list[tuple[str, list[Any]]]) -> list[Any]:
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", HARNESS, str(SCRIPT)], input=json.dumps(calls), capture_output=True, text=True, check=True
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def same(server: object, page: object) -> bool:
    if isinstance(server, Decimal):
        return isinstance(page, str) and Decimal(page) == server
    plain = page_value(server)
    return plain == page and type(plain) is type(page)


def check_alike(cases: list[tuple[str, dict[str, Any]]]) -> None:
    """Each rule with its values: the server's answer and the page's are the same."""
    calls, expected = [], []
    for text, values in cases:
        rule = compile_expression(text, NAMES)
        expected.append(rule.evaluate(values))
        plain = {name: page_value(value) for name, value in values.items()}
        calls.append(("evaluate", [rule.tree(), plain]))
    for (text, values), server, page in zip(cases, expected, ask_page(calls), strict=True):
        assert same(server, page), f"{text} with {values}: server {server}, page {page}"


@needs_node
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(TREES, VALUES), min_size=40, max_size=60))
def test_page_and_server_answer_alike(cases: list[tuple[Tree, dict[str, Any]]]) -> None:
    check_alike([(written(tree), values) for tree, values in cases])


@needs_node
def test_page_and_server_agree_where_numbers_are_at_their_limits() -> None:
    big = "1e30 * " * 33
    rules = [
        "0.1 + 0.2 == 0.3",
        "1 / 3",
        "2 / 3",
        "-2 / 3",
        "1 / 3 * 3 == 1",
        "1 / 0",
        f"{big} 1e8",
        f"{big} 1e9 / 1e9",
        f"{big} 1e10",
        f"1 / ({big} 1e9)",
        f"1 / ({big} 1e9) / 10",
        "1e30 + 1e-30",
        "9999999999999999999999999999 + 0.5",
        "12345678901234567890 * 98765432109876543210",
        "9999999999999999999999999998 + 0.5",
        "round(1234567890123456, 12)",
        "round(12345678901234567, 12)",
        "round(1e30, 2)",
        "round(9999999999999999999999999999, 0)",
        "round(0.5)",
        "round(-0.5)",
        "round(-0.4)",
        "floor(-1e-30)",
        "floor(1e30)",
        "9007199254740993 > 9007199254740992",
        "N1 == 9007199254740993",
    ]
    check_alike([(rule, {"N1": Decimal("9007199254740992")}) for rule in rules])


@needs_node
def test_page_and_server_agree_on_the_calendar() -> None:
    days = [
        "1850-01-01",
        "1900-01-31",
        "1900-02-28",
        "2000-02-29",
        "2023-12-31",
        "2024-01-31",
        "2024-02-29",
        "2150-12-31",
    ]
    rules = [
        f'{name}(date("{one}"), date("{other}"))'
        for name in ("days_between", "weeks_between", "months_between", "years_between")
        for one in days
        for other in days
    ]
    rules += [
        f'{name}(date("{day}"), {number})'
        for name in ("add_days", "add_months")
        for day in days
        for number in ("1", "-1", "13", "-400", "36525", "1e6", "1e7", "0.5")
    ]
    check_alike([(rule, {}) for rule in rules])


@needs_node
def test_page_and_server_agree_on_numbers_within_limits() -> None:
    rules = ["N1 > 16", "N1 > 17", "N1 >= 17", "N1 == 18", "N1 in [20, 30]", "is_missing(N1)", "coalesce(N1, 3)"]
    check_alike([(f"{rule}", {"N1": Between(17, 18)}) for rule in rules])
    check_alike([(f"{rule}", {"N1": Between(17, 17)}) for rule in rules])


def _or_none(read: Callable[[str], str], text: str) -> str | None:
    try:
        return read(text)
    except DateError:
        return None


@needs_node
def test_the_page_reads_typed_dates_and_times_as_the_server_does() -> None:
    dates = [
        *("2024-03-05", "2024-03", "2024", " 5 mar 2024 ", "05-MAR-2024", "5 March 2024", "mar 2024", "sept 2024"),
        *(
            "UN-MAR-2026",
            "un-un-2026",
            "2024-UN-UN",
            "2024-03-unk",
            "un-2026",
            "29 feb 1900",
            "29 feb 2000",
            "31 apr 2024",
        ),
        *("03/04/2024", "5 mar 24", "2024-3-5", "2024-02-30", "2024-13", "5 mrz 2024", "5-un-2024", "2024-UN-05"),
        *("un-un-un", "", "3024", "1849", "1850", "2150-12-31", "٢٠٢٤", "may 2024", "may-2024-", "2024-00"),
    ]
    times = ["14:05", " 00:00 ", "24:00", "9:05", "12:60", "14:05:00", ""]
    found = ask_page([("value", ["date", text]) for text in dates] + [("value", ["time", text]) for text in times])
    assert found == [_or_none(lambda text: PartialDate.parse(text).iso(), text) for text in dates] + [
        _or_none(lambda text: parse_time(text).isoformat("minutes"), text) for text in times
    ]


@needs_node
def test_the_page_takes_only_plain_numbers() -> None:
    typed = ["34.5", " -2 ", "1,5", "1_000", "<20", "1e3", "5.", ".5", "0x1F", "١٢", "", "Infinity", "9" * 500]
    assert ask_page([("value", ["number", text]) for text in typed]) == ["34.5", "-2"] + [None] * 11


@needs_node
def test_odd_values_on_the_page_are_missing() -> None:
    rule = compile_expression("is_missing(N1)", NAMES).tree()
    for odd in (True, 3, [], {}, "x", {"low": "x"}, None):
        assert ask_page([("evaluate", [rule, {"N1": odd}])]) == [True]
    inherited = compile_expression("is_missing(constructor)", {"constructor": Type.TEXT}).tree()
    assert ask_page([("evaluate", [inherited, {}])]) == [True]


def test_a_tree_is_plain_data() -> None:
    rule = compile_expression('17 <= N1 and C1 in ["1"] and D1 < date("2024-01-31")', NAMES)
    assert json.loads(json.dumps(rule.tree())) == {
        "op": "and",
        "parts": [
            {
                "op": "compare",
                "signs": ["<="],
                "operands": [
                    {"op": "value", "type": "number", "value": "17"},
                    {"op": "name", "type": "number", "name": "N1"},
                ],
            },
            {
                "op": "in",
                "item": {"op": "name", "type": "code", "name": "C1"},
                "options": [{"op": "value", "type": "text", "value": "1"}],
                "negated": False,
            },
            {
                "op": "compare",
                "signs": ["<"],
                "operands": [
                    {"op": "name", "type": "date", "name": "D1"},
                    {"op": "value", "type": "date", "value": "2024-01-31"},
                ],
            },
        ],
    }
    assert rule.evaluate({}) is UNKNOWN


def test_the_script_makes_no_code_from_text_and_touches_no_page() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    assert '"use strict";' in script
    for word in ("eval(", "Function(", "innerHTML", "document", "setTimeout", "fetch(", "parseFloat"):
        assert word not in script
