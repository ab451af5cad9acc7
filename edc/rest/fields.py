"""What a message may hold: each value named, of its own type, and nothing that nobody asked for."""

import datetime
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

LONGEST = 2000
"""Characters of a reason, a note or a question."""


class Input(serializers.Serializer[Any]):
    """A message that is sent. A name that it does not know is refused, so that no value is lost in silence."""

    default_error_messages = {"invalid": "Send one object with named values."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(sorted(self.fields)) or "none"
                message = f"There is no such value here. Known are: {known}."
                raise serializers.ValidationError({name[:80]: [message] for name in unknown[:20]})
        return super().to_internal_value(data)


class Output(serializers.Serializer[Any]):
    """An answer. It is only ever written."""


class Text(serializers.CharField):
    """Text that was sent as text: `5` is not "5", and nothing is trimmed but blanks around it."""

    default_error_messages = {
        "invalid": "Send this as text, in quotes.",
        "blank": "Type something here.",
        "required": "This is needed.",
        "null": "This is needed.",
        "max_length": "Keep it to {max_length} characters.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A calendar day of the site, written 2026-03-14."""

    default_error_messages = {
        "invalid": "Write the day as 2026-03-14.",
        "datetime": "Write the day as 2026-03-14.",
        "required": "This is needed.",
        "null": "This is needed.",
    }

    def to_internal_value(self, value: Any) -> datetime.date:
        if not isinstance(value, str):
            self.fail("invalid", format="")
        return super().to_internal_value(value)


class Moment(serializers.DateTimeField):
    """A moment, written 2026-03-14T08:30:00Z; without a zone it is UTC."""

    default_error_messages = dict.fromkeys(
        ("invalid", "date", "make_aware", "overflow"), "Write the moment as 2026-03-14T08:30:00Z."
    )

    def to_internal_value(self, value: Any) -> datetime.datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="")
        return super().to_internal_value(value)


class Key(serializers.UUIDField):
    """A key (UUID) that the sender makes up, so that the same message twice is one act."""

    default_error_messages = {
        "invalid": "Send a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057.",
        "required": "This is needed.",
        "null": "This is needed.",
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of a few words."""

    default_error_messages = {"required": "This is needed.", "null": "This is needed."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(f"Choose one of: {', '.join(map(str, self.choices))}.")
        return data


class Reason(Text):
    """Why; it goes into the audit trail."""

    def __init__(self, **options: Any) -> None:
        defaults = {"required": False, "allow_blank": True, "default": "", "help_text": "Why; it goes into the trail."}
        super().__init__(**{**defaults, **options})
