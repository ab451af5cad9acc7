"""The datasets of the calendar, of every form, of laboratory results, queries and deviations."""

from edc.exports.description import Dataset
from trials.reading import Reading
from visits.datasets import calendar, entries, labs, questions


def datasets(of: Reading) -> list[Dataset]:
    """All datasets of visits and forms, for one reader."""
    return [*calendar.datasets(of), *entries.datasets(of), *labs.datasets(of), *questions.datasets(of)]
