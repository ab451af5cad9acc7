"""What can stop an act, in words that go to the page as they are.

Each kind of error knows the HTTP answers that pages and the API give for it, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class EdcError(Exception):
    """Something stopped the act. `message` is a sentence for the person who tried."""

    default_message = "This could not be done."
    code = "refused"
    page_status = 400
    api_status = 400
    on_record = False
    """True once the refusal itself stands in the trail."""

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.message = message or self.default_message
        if code:
            self.code = code
        super().__init__(self.message)


class NotVisible(EdcError):
    """The thing does not exist, or not for this person: the two look the same from outside."""

    default_message = "There is no such page, or it is not open to you."
    code = "not_found"
    page_status = 404
    api_status = 404


class NotAllowed(EdcError):
    """The person may see the thing, but their role may not do this to it."""

    default_message = "Your role does not allow this."
    code = "not_allowed"
    page_status = 403
    api_status = 403


class Refused(EdcError):
    """A rule says no. `field_errors` names the items concerned, with a sentence or more for each.

    `attempted` holds what was typed, for the record of the refusal.
    """

    default_message = "This cannot be saved as it stands."
    page_status = 422
    api_status = 400

    def __init__(
        self,
        message: str = "",
        *,
        field_errors: Mapping[str, Sequence[str]] | None = None,
        attempted: Mapping[str, object] | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.attempted: dict[str, object] = dict(attempted or {})
        self.field_errors: dict[str, list[str]] = {
            name: list(sentences) for name, sentences in (field_errors or {}).items()
        }


class NeedsReason(Refused):
    """A saved value is about to change, and nobody has said why."""

    default_message = "Say why the saved value changes, then save again."
    code = "needs_reason"


class NeedsPassword(Refused):
    """A weighty act needs the password typed again in the same form."""

    default_message = "Type your password to confirm this, then save again."
    code = "needs_password"


class Conflict(EdcError):
    """Somebody else saved in between. `current` is the thing as it is now, so that both can be shown."""

    default_message = "Somebody else saved this while you had it open. Compare the two versions, then save again."
    code = "conflict"
    page_status = 409
    api_status = 412

    def __init__(self, message: str = "", *, current: object = None, code: str = "") -> None:
        super().__init__(message, code=code)
        self.current = current


class OutsideTheDoor(RuntimeError):
    """A fact was about to be written outside an operation. A mistake in the program, never in what was typed."""
