"""Which parts of the trail somebody may read: by the class of the item, and for what tells an arm, by the trial."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.audit.guard import Unblinding
from edc.audit.models import Act
from edc.audit.recording import Scope
from trials.models import EligibilityVerdict, ProtocolVersion
from trials.protocol import Protocol
from visits.models import BlindingClass, Entry
from visits.queries.classes import class_at, hidden_classes

TELLS_AN_ARM = "tells an arm"
VALUES, EVIDENCE = "values.", "evidence."
LONG_TEXTS = ("canonical", "source")


class Reader:
    """Somebody who reads the trail, and what is kept from them, trial by trial and site by site."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._hidden: dict[tuple[uuid.UUID | None, uuid.UUID | None], frozenset[str]] = {}
        self._protocols: dict[uuid.UUID | None, Protocol | None] = {}

    def protocol(self, trial_id: uuid.UUID | None) -> Protocol | None:
        """The newest protocol of a trial; None for acts that belong to none."""
        if trial_id not in self._protocols:
            versions = ProtocolVersion.objects.defer(*LONG_TEXTS)
            newest = versions.filter(trial_id=trial_id).order_by("-loaded_at", "-id").first() if trial_id else None
            self._protocols[trial_id] = newest.protocol if newest else None
        return self._protocols[trial_id]

    def hidden(self, act: Act) -> frozenset[str]:
        """The classes of information that this person may not see in an act of that trial and site."""
        place = act.trial_id, act.site_id
        if place not in self._hidden:
            scope = Scope(trial_id=act.trial_id, site_id=act.site_id)
            hidden = hidden_classes(self.actor, scope)
            protocol = self.protocol(act.trial_id)
            is_open = protocol is not None and protocol.trial.masking == "open"
            if not self.actor.may(Permission.ARM_VIEW if is_open else Permission.UNBLINDED_VIEW, scope):
                hidden |= {TELLS_AN_ARM}
            self._hidden[place] = hidden
        return self._hidden[place]

    def may_open(self, act: Act) -> bool:
        """Whether reason and detail of a sealed act may be shown."""
        return act.blinding == Act.Blinding.OPEN or TELLS_AN_ARM not in self.hidden(act)


def class_of(model: type[Any], row: Any, path: str, versions: Mapping[uuid.UUID, ProtocolVersion]) -> str:
    """Return the class of one changed part of a history row. What cannot be told counts as identifying."""
    if issubclass(model, Unblinding):
        return TELLS_AN_ARM
    if hasattr(row, "blinding"):
        return str(row.blinding)
    if path.startswith(EVIDENCE):
        version = versions.get(row.protocol_version_id) if issubclass(model, Entry | EligibilityVerdict) else None
        return evidence_class(version.protocol if version else None, path.removeprefix(EVIDENCE))
    if issubclass(model, Entry) and path.startswith(VALUES):
        version = versions.get(row.protocol_version_id)
        form = version.protocol.form(row.form) if version else None
        return class_at(form, path.removeprefix(VALUES)) if form else BlindingClass.IDENTIFYING.value
    return BlindingClass.OPEN.value


def evidence_class(protocol: Protocol | None, name: str) -> str:
    """Return the class of a value that decided something: that of its item, open for facts of the participant."""
    if name.startswith("subject."):
        return BlindingClass.OPEN.value
    try:
        return str(protocol.item(name).class_) if protocol else BlindingClass.IDENTIFYING.value
    except (KeyError, ValueError):
        return BlindingClass.IDENTIFYING.value


def attempted_is_hidden(act: Act, hidden: frozenset[str], protocol: Protocol | None) -> bool:
    """Whether a refused attempt holds typing that somebody may not see. What cannot be told counts as hidden."""
    paths = {*(act.detail.get("attempted") or {}), *(act.detail.get("errors") or {})}
    if not paths or not hidden - {TELLS_AN_ARM}:
        return False
    form = next((each for each in protocol.forms if each.id == act.form), None) if protocol else None
    return form is None or any(class_at(form, path) in hidden for path in paths)


def utc(moment: datetime.datetime) -> str:
    """Return a moment in UTC as the trail says it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
