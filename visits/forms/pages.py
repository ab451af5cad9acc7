"""The small forms around a visit or a query: a day, a reason, an answer. Bound here, judged by the operations."""

from typing import Any, cast

from django import forms

from edc.access.forms import KeyedForm
from trials.forms import DayField, WordsField


class VisitDay(forms.Form):
    """The day on which a visit took place; with a reason once something is on record."""

    done_on = DayField(label="Date of the visit")
    reason = WordsField(label="Reason for the change", required=False)

    def __init__(self, *args: Any, recorded: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not recorded:
            del self.fields["reason"]


class Missed(forms.Form):
    """Why a visit was missed."""

    reason = WordsField(label="Why was it missed?", asks="Say why the visit was missed.")


class NotGiven(forms.Form):
    """Why an infusion is not given."""

    reason = WordsField(label="Why is it not given?", asks="Say why the infusion is not given.")


class TakenBack(forms.Form):
    """Why something is taken back."""

    reason = WordsField(label="Why is this taken back?", asks="Say why this is taken back.")


class Unscheduled(KeyedForm):
    """A visit that nobody planned."""

    done_on = DayField(label="Date of the visit")
    reason = WordsField(label="Why did the participant come?", required=False)


class Question(KeyedForm):
    """A question about an item of a form, or about the form as a whole."""

    path = forms.ChoiceField(label="About", required=False)
    message = WordsField(label="Question", asks="Type the question.")

    def __init__(self, *args: Any, items: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["path"]).choices = [("", "The form as a whole"), *items]


class AnswerWords(forms.Form):
    """The site's answer to a query."""

    answer = WordsField(label="Answer", asks="Type the answer.")


class Closing(forms.Form):
    """What is said when a query is closed."""

    note = WordsField(label="Note", required=False)


class Again(forms.Form):
    """Why a query is opened again."""

    reason = WordsField(label="Why is it opened again?", asks="Say why the query is opened again.")


class ListFilters(forms.Form):
    """Narrows a list of queries or deviations; the address it makes can be sent to a colleague."""

    which = forms.ChoiceField(required=False)
    site = forms.ChoiceField(label="Site", required=False)
    participant = forms.CharField(label="Participant", required=False, max_length=40)

    def __init__(
        self, *args: Any, label: str, which: list[tuple[str, str]], sites: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["which"].label = label
        cast(forms.ChoiceField, self.fields["which"]).choices = [("", "All"), *which]
        cast(forms.ChoiceField, self.fields["site"]).choices = [("", "Every site"), *sites]
