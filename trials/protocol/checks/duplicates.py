"""What must be there once: codes, ids, grades, dates of consent versions."""

from collections.abc import Iterable, Iterator

from trials.protocol.problem import Problem
from trials.protocol.view import View, Word, blocks, groups


def check(root: View) -> Iterator[Problem]:
    """Ids and codes that stand twice where they must be unique, each with the place of the first."""
    for key, name in (
        ("sites", "code"),
        ("arms", "code"),
        ("eligibility", "id"),
        ("reminders", "id"),
        ("missing", "code"),
        ("analytes", "id"),
        ("forms", "id"),
    ):
        yield from _once(part.word(name) for part in root.parts(key))
    for _, choices in root.named("choices"):
        yield from _once(option.word("code") for option in choices.parts("options"))
        yield from _once((option.word("key") for option in choices.parts("options")), "The key `{}`")
    for _, scale in root.named("scales"):
        yield from _once((grade.word("grade") for grade in scale.parts("grades")), "Grade {}")
    schedule, consent = root.part("schedule"), root.part("consent")
    if schedule:
        yield from _once(visit.word("id") for visit in schedule.parts("visits"))
    if consent:
        yield from _once(version.word("version") for version in consent.parts("versions"))
        yield from _once((version.word("from") for version in consent.parts("versions")), "The date {}")
    for form in root.parts("forms"):
        yield from _form(form)


def _form(form: View) -> Iterator[Problem]:
    yield from _once(section.word("id") for section in form.parts("sections"))
    item_ids = [item.word("id") for item, _ in blocks(form)]
    group_ids = [group.word("group") for group in groups(form)]
    yield from _once([*item_ids, *group_ids])
    checks = [*form.parts("checks"), *(check for group in groups(form) for check in group.parts("checks"))]
    yield from _once(one.word("id") for one in checks)


def _once(words: Iterable[Word | None], said: str = "`{}`") -> Iterator[Problem]:
    first: dict[str, Word] = {}
    for word in words:
        if word is None:
            continue
        if word.text in first:
            before = first[word.text].node.mark
            name = said.format(word.text)
            yield word.problem(f"{name} stands here a second time; the first is on line {before.line + 1}")
        else:
            first[word.text] = word
