from typing import Any

from hypothesis import HealthCheck, example, given, settings

from tests.trials.rules.expression.generated import NAMES, TREES, VALUES, Tree, naive, written
from trials.rules.expression import UNKNOWN, Type, compile_expression, describe


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(TREES, VALUES)
@example(("compare", "<", ("name", "N1"), ("number", "1")), {"N1": None})
def test_rules_answer_as_a_naive_interpreter_does(tree: Tree, values: dict[str, Any]) -> None:
    rule = compile_expression(written(tree), NAMES)
    answer, expected = rule.evaluate(values), naive(tree, values)
    assert (None if answer is UNKNOWN else answer) == expected
    assert type(answer) is not bool or type(expected) is bool
    assert rule.reads == {name for name in NAMES if ("name", name) in _parts(tree)}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TREES, VALUES)
def test_what_is_settled_stays_settled_when_a_missing_value_comes_in(tree: Tree, values: dict[str, Any]) -> None:
    """A rule that asks whether something is missing may change its mind; every other one may not."""
    text = written(tree)
    if "is_" in text or "coalesce" in text:
        return
    rule = compile_expression(text, NAMES)
    fewer = {name: value for name, value in values.items() if name in ("N2", "B2", "D2")}
    before = rule.evaluate(fewer)
    assert before is UNKNOWN or before == rule.evaluate(values)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TREES)
def test_each_rule_can_be_said_in_words_with_the_labels_of_what_it_reads(tree: Tree) -> None:
    rule = compile_expression(written(tree), NAMES)
    said = describe(rule, {name: f"<{name}>" for name in NAMES})
    assert all(f"<{name}>" in said for name in rule.reads)
    assert rule.type in Type


def _parts(tree: Any) -> set[Any]:
    if not isinstance(tree, tuple):
        return set()
    return {tree, *(part for child in tree for part in _parts(child))}
