"""What somebody has typed and not saved: no clinical data, seen by nobody else, gone with the save."""

import json
from collections.abc import Mapping, Sequence

from edc import clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.errors import NotAllowed, Refused
from edc.text import printable
from trials.models import Subject
from trials.protocol.schema.forms import Form
from visits.models import BlindingClass, Draft
from visits.rules.slots import Slot

LARGEST = 400_000
"""Bytes of one draft. The longest form typed full stays far below."""


def keep_draft(
    by: Actor, subject: Subject, slot: Slot, form: Form, typed: Mapping[str, Sequence[str]], base_revision: int
) -> Draft | None:
    """Keep what is typed so far, one draft per person and form. None for an actor without an account."""
    if not by.may(Permission.ENTRY_WRITE, subject.scope()):
        raise NotAllowed
    if by.user is None:
        return None
    typed = {name: [printable(text) for text in texts] for name, texts in typed.items()}
    if len(json.dumps(typed)) > LARGEST:
        raise Refused("This is too much to be kept as a draft. Save the form.")
    draft, _ = Draft.objects.update_or_create(
        user_id=by.user.pk,
        subject=subject,
        slot=str(slot),
        defaults={
            "typed": typed,
            "base_revision": base_revision,
            "blinding": strictest(form),
            "saved_at": clock.now(),
        },
    )
    return draft


def drop_draft(by: Actor, subject: Subject, slot: Slot) -> None:
    """Throw away what was typed and not saved."""
    if by.user is not None:
        Draft.objects.filter(user_id=by.user.pk, subject=subject, slot=str(slot)).delete()


def strictest(form: Form) -> str:
    """The strictest class of information that a form holds."""
    classes = {form.class_, *(item.class_ for item in form.all_items())}
    order = (BlindingClass.UNBLINDING, BlindingClass.IDENTIFYING, BlindingClass.OPEN)
    return next(one.value for one in order if one.value in classes)
