"""The form that asks for datasets."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from edc.exports.description import Dataset
from edc.exports.variants import VARIANTS


class ExtractForm(forms.Form):
    """Which datasets, and how the files are written."""

    variant = forms.ChoiceField(
        label="How the files are written",
        widget=forms.RadioSelect,
        choices=[(variant.name, f"{variant.label}. {variant.sentence}") for variant in VARIANTS.values()],
        initial="exact",
        error_messages={"required": "Choose how the files are written.", "invalid_choice": "Choose one of these two."},
    )
    datasets = forms.MultipleChoiceField(
        label="Datasets",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one dataset.",
            "invalid_choice": "One of these datasets is not there any more. Choose from the list.",
        },
    )

    def __init__(self, *args: Any, available: Sequence[Dataset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["datasets"])
        field.choices = [(one.name, f"{one.title} ({one.name}, {len(one.columns)} columns)") for one in available]
        self.initial["datasets"] = [one.name for one in available]
