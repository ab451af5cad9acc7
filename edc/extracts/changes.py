"""One row of history as rows of a dataset: one for each part that changed, with its label and in words."""

from collections.abc import Iterator
from typing import Any

from edc.exports.text import text_of
from trials.models import EligibilityVerdict
from trials.reading import Reading
from visits.datasets.context import context_of
from visits.datasets.entries import closed_forms
from visits.forms.values import label_of, show_at
from visits.models import Deviation, Entry, Query

HIDES_WORDS = (Query, Deviation)
"""What is asked or remarked about an item, and may repeat what was typed."""
_WORDS = frozenset({"message", "answer", "closing_note"})
_ANSWERS = "values."


class Changes:
    """Splits rows of history, for one reader: what they may not see has no row here."""

    def __init__(self, of: Reading) -> None:
        self._of = of
        self._contexts = {version: context_of(protocol) for version, protocol in of.protocols.items()}
        self._closed_forms = closed_forms(of)

    def of(self, row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        """Yield the cells after the trial's, for every part of the row that changed."""
        if row.get("form") in self._closed_forms:
            return
        model = row["model"]
        version = self._of.version_names[row["protocol_version_id"]] if model is Entry else ""
        for path, (old, new) in sorted(row["changes"].items()):
            if self._hidden(row, path):
                continue
            yield (
                *(row["site"], row["subject"], *row["who"]),
                *(model._meta.verbose_name, row["id"], row["revision"], row["history_type"]),
                *(row.get("form", ""), row.get("slot", ""), version, path.removeprefix(_ANSWERS)),
                *self._words(row, path, old, new),
            )

    def _hidden(self, row: dict[str, Any], path: str) -> bool:
        model = row["model"]
        if model is Entry and path.startswith(_ANSWERS):
            return f"{row['form']}.{path.rpartition('.')[2]}" in self._of.withheld
        if model in (Entry, EligibilityVerdict) and path.startswith("evidence."):
            return path.removeprefix("evidence.") in self._of.withheld
        return model in HIDES_WORDS and path in _WORDS and not self._of.includes(row["blinding"])

    def _words(self, row: dict[str, Any], path: str, old: Any, new: Any) -> tuple[str, str, str, str, str]:
        """Label, both values exactly, and both in words."""
        exact = text_of(old), text_of(new)
        if row["model"] is Entry and path.startswith(_ANSWERS):
            place = path.removeprefix(_ANSWERS)
            context = self._contexts[row["protocol_version_id"]]
            form = context.protocol.forms_by_id.get(row["form"])
            if form is not None:
                shown = [show_at(form, place, one, context) if isinstance(one, dict) else "" for one in (old, new)]
                return (label_of(form, place), *exact, shown[0], shown[1])
        names = {field.name: str(field.verbose_name) for field in row["model"]._meta.concrete_fields}
        return (names.get(path.partition(".")[0], path), *exact, *exact)
