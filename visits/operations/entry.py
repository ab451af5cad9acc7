"""Filling in and changing the forms of visits and logs, and taking back what was recorded in error."""

import uuid

from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import NotVisible
from trials.models import Subject
from visits.models import Entry
from visits.rules.slots import Slot, SlotError
from visits.storing import Typing, lock_entry, lock_place, store_entry, withdraw


@operation(Permission.ENTRY_WRITE, "Form saved", on="subject")
def save_entry(
    *,
    by: Actor,
    reason: str,
    subject: Subject,
    slot: str,
    data: Typing,
    base_revision: int = 0,
    key: uuid.UUID | None = None,
) -> Entry:
    """Save one form of a visit or a log as it was typed.

    Refused whole when something cannot be (messages by item, the typing kept), when a saved value changes and no
    reason is given, when somebody else saved other content in between, when consent is withdrawn and the protocol
    does not leave the form open, and when the visit was missed or cancelled. What is only doubtful is stored, and a
    query opens. The same content twice is one save.
    """
    place = lock_place(subject, parse_slot(slot), by)
    return store_entry(place, data, base_revision=base_revision, by=by, reason=reason, key=key).entry


@operation(Permission.ENTRY_WRITE, "Form withdrawn as recorded in error", on="entry")
def withdraw_entry(*, by: Actor, reason: str, entry: Entry) -> Entry:
    """Withdraw a form of a visit or a log that was recorded in error. Needs a reason; what was typed stays on record.

    The place is empty again and can be filled in anew.
    """
    entry = lock_entry(entry)
    if parse_slot(entry.slot).kind not in {"visit", "log"}:
        raise NotVisible
    act = recording.current()
    if act is not None:
        title = entry.protocol_version.protocol.form(entry.form).title.text()
        act.note(form=entry.form, record_id=entry.pk, sentence=f"{title} withdrawn as recorded in error")
    withdraw(entry, reason)
    return entry


def parse_slot(text: str) -> Slot:
    """Read a slot from an address; raises `NotVisible` for what names no place."""
    try:
        return Slot.parse(text)
    except SlotError:
        raise NotVisible from None
