"""YAML is read with the place of everything, and nothing in it can exhaust the reader."""

import pytest

from trials.protocol.source import MAX_BYTES, Mapping, Scalar, Source, decode_source, parse


def read(text: str) -> tuple[object, list[str]]:
    root, problems = parse(Source("x.yaml", text))
    return (root.plain() if root else None), [f"{one.line}:{one.column} {one.message}" for one in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1.10", "1.10"),
        ("0.357", "0.357"),
        ("2014-07-01", "2014-07-01"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("12", 12),
        ('"12"', "12"),
        ("true", True),
        ("~", None),
        ("null", None),
        ("'null'", "null"),
        ("1e5", "1e5"),
        ("12:30", "12:30"),
    ],
)
def test_only_yaml_1_2_truths_and_whole_numbers_are_more_than_text(text: str, value: object) -> None:
    plain, problems = read(f"key: {text}")
    assert plain == {"key": value}
    assert problems == []


def test_a_duplicate_key_is_shown_at_both_places() -> None:
    _, problems = read("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [one.split(" ")[0] for one in problems] == ["4:3", "3:3", "5:1", "1:1"]
    assert "the first is on line 3" in problems[0]
    assert "again on line 5" in problems[3]


def test_anchors_and_aliases_are_refused_where_they_stand() -> None:
    _, problems = read("a: &x [1]\nb: *x\n")
    assert [one.split(" ")[0] for one in problems] == ["1:4", "2:4"]


def test_an_alias_bomb_is_refused_without_growing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    _, problems = read("\n".join(lines))
    assert len(problems) == 30 + 29 * 9


def test_deep_nesting_is_refused() -> None:
    assert read("[" * 100_000)[1] == ["1:41 This is nested more than 40 levels deep"]
    assert "40 levels" in read("- " * 5_000 + "x")[1][0]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trials.protocol.source.MAX_NODES", 1_000)
    assert read("[" + "1," * 999 + "]")[1] == []
    assert "more than 1,000 values" in read("[" + "1," * 1_000 + "]")[1][0]


def test_tags_and_second_documents_are_refused() -> None:
    assert read("a: !!python/object:os.system x")[1][0].startswith("1:4 Tags (!)")
    assert "a second one begins here" in read("a: 1\n--- \nb: 2\n")[1][0]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_an_empty_file_says_so(text: str) -> None:
    assert read(text)[1] == ["1:1 The file is empty"]


def test_a_file_over_2_mb_is_refused() -> None:
    _, problems = decode_source(b"a" * (MAX_BYTES + 1), "x.yaml")
    assert [one.message for one in problems] == ["The file is larger than 2 MB"]


def test_text_that_is_not_utf_8_is_refused_at_its_place() -> None:
    _, problems = decode_source("a: 1\nb: ä\n".encode("latin-1"), "x.yaml")
    assert [(one.line, one.column) for one in problems] == [(2, 4)]


def test_a_character_that_cannot_be_stored_is_refused() -> None:
    assert "cannot be stored" in read('a: "\\ud800"')[1][0]
    assert "cannot be stored" in read('a: "\\0"')[1][0]
    assert "not allowed" in read("a: b\x07")[1][0]


def test_a_tab_in_the_indentation_is_explained() -> None:
    assert read("a:\n\tb: 1\n")[1][0].startswith("2:1 This is not YAML")
    assert "not with tabs" in read("a:\n\tb: 1\n")[1][0]


@pytest.mark.parametrize(
    "text",
    [
        "k: one two X three",
        "k: one two\n  three X four",
        "k: 'it''s one X'",
        'k: "a \\"b\\" X"',
        "k: >-\n  one two\n  three X four",
        "k: |\n  one two\n  three X four",
        "- {k: 'one\n  X two'}",
    ],
)
def test_the_place_inside_a_value_is_found_in_every_style(text: str) -> None:
    root, _ = parse(Source("x.yaml", text))
    scalar = root.values["k"] if isinstance(root, Mapping) else root.items[0].values["k"]  # type: ignore[union-attr]
    assert isinstance(scalar, Scalar)
    mark = scalar.place(scalar.text.index("X"))
    assert text.split("\n")[mark.line][mark.column] == "X"
    assert text[mark.index] == "X"
