"""Every dataset that a reader may take out of a trial, from all apps."""

from collections.abc import Collection

from adverse_events import datasets as of_events
from edc.errors import Refused
from edc.exports.description import Dataset, LeftOut
from edc.extracts import acts
from trials import datasets as of_trials
from trials.reading import Reading
from visits import datasets as of_visits
from visits.datasets.entries import closed_forms


def datasets_for(of: Reading) -> list[Dataset]:
    """Return the datasets in the order of the page. Nothing is read until the rows of one are asked for."""
    return [
        *of_trials.datasets(of),
        *of_visits.datasets(of),
        *of_events.datasets(of),
        *acts.datasets(of),
    ]


def chosen(of: Reading, names: Collection[str]) -> list[Dataset]:
    """Return the datasets of these names, or all when none is named.

    Raises `Refused` for a name that is no dataset of this trial, or not for this reader.
    """
    everything = datasets_for(of)
    unknown = sorted(set(names) - {dataset.name for dataset in everything})
    if unknown:
        message = f"There is no dataset {', '.join(unknown)} here. Choose from the list."
        raise Refused(message, field_errors={"datasets": [message]})
    return [dataset for dataset in everything if not names or dataset.name in names]


def left_out(of: Reading) -> list[LeftOut]:
    """Everything that is left out for this reader, each once: forms, items, the arm."""
    found = [*closed_forms(of).values(), *(each for dataset in datasets_for(of) for each in dataset.left_out)]
    return list(dict.fromkeys(found))
