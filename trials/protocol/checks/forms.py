"""Forms: used somewhere, and used where their kind of entry belongs."""

from collections.abc import Iterable, Iterator

from trials.protocol.checks.references import form_references
from trials.protocol.problem import Problem
from trials.protocol.view import View, Word


def check(root: View) -> Iterator[Problem]:
    """Forms that no one will ever see, and forms in the wrong place."""
    used = {word.text for word in form_references(root)}
    for form in root.parts("forms"):
        word = form.word("id")
        if word and word.text not in used:
            yield word.problem(f"The form `{word.text}` is never used: name it in a visit, in screening or in logs")
    yield from _places(root)


def _places(root: View) -> Iterator[Problem]:
    forms = {form.text("id"): form for form in root.parts("forms")}
    schedule, infusions, events = root.part("schedule"), root.part("infusions"), root.part("adverse_events")
    screening = root.part("screening")
    at_visits = list(screening.words("forms")) if screening else []
    logs: list[Word] = []
    if schedule:
        at_visits += [word for visit in schedule.parts("visits") for word in visit.words("forms")]
        unscheduled = schedule.part("unscheduled")
        at_visits += unscheduled.words("forms") if unscheduled else []
        logs = schedule.words("logs")
    yield from _about(forms, at_visits, {"visit", "subject"}, "a form filled in at visits")
    for word in at_visits:
        if word.text in forms and forms[word.text].text("repeating") == "log":
            yield word.problem(f"`{word.text}` is a log; name it in the schedule's logs, not at a visit")
    for word in logs:
        if word.text in forms and forms[word.text].text("repeating", "no") != "log":
            yield word.problem(f"`{word.text}` is named among the logs; write `repeating: log` on the form")
    yield from _about(forms, logs, {"subject", "adverse_event"}, "a log")
    named = infusions.part("forms") if infusions else None
    if named:
        yield from _about(forms, [named.word("administration"), named.word("preparation")], {"infusion"}, "this form")
    if events:
        yield from _about(forms, [events.word("form")], {"adverse_event"}, "this form")
        report = events.word("form")
        if report and report.text in forms and schedule and report.text not in {one.text for one in logs}:
            yield report.problem(f"`{report.text}` reports adverse events; name it among the schedule's logs as well")


def _about(forms: dict[str, View], words: Iterable[Word | None], allowed: set[str], what: str) -> Iterator[Problem]:
    for word in words:
        if word is None or word.text not in forms:
            continue
        about = forms[word.text].text("about", "visit")
        if about not in allowed:
            needed = " or ".join(sorted(allowed))
            yield word.problem(f"`{word.text}` is about {about}, but {what} must be about {needed}")
