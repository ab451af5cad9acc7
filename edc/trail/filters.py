"""What a reader narrows the trail to, and the same as a condition on acts."""

import dataclasses
import datetime
import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from visits.models import Entry

# The search looks into the sealed texts, so only the name of an item may be looked for, never a value behind it.
ITEM = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
PLAIN = {"site": "site_code", "subject": "subject_label__iexact", "form": "form", "operation": "operation"}


@dataclass(frozen=True)
class TrailFilter:
    """The filter of a trail page. Empty parts do not narrow. Moments are UTC."""

    site: str = ""
    subject: str = ""
    form: str = ""
    item: str = ""
    user: str = ""
    role: str = ""
    operation: str = ""
    outcome: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None

    def condition(self) -> Q:
        """Return the condition that acts fulfil."""
        condition = Q()
        for name, lookup in PLAIN.items():
            if getattr(self, name):
                condition &= Q(**{lookup: getattr(self, name)})
        if self.item and not ITEM.fullmatch(self.item):
            condition &= Q(pk__in=[])
        elif self.item:
            # Items of repeating groups stand behind the key of their row: "values.MEDS[r1].MEDNAME".
            named = Q(canonical__contains=f'"values.{self.item}"') | Q(canonical__contains=f'].{self.item}"')
            condition &= Q(Exists(Entry.history.filter(named, act_id=OuterRef("pk"))))
        if self.user:
            condition &= Q(actor_username__iexact=self.user) | Q(actor_name__icontains=self.user)
        if self.role:
            condition &= Q(actor_role__icontains=self.role)
        if self.outcome:
            condition &= Q(outcome=self.outcome)
        if self.since:
            condition &= Q(at__gte=self.since)
        if self.until:
            condition &= Q(at__lte=self.until)
        return condition

    def as_dict(self) -> dict[str, str]:
        """Return what narrows, as text, for the record of a review or a download."""
        parts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            name: part.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(part, datetime.datetime) else str(part)
            for name, part in parts.items()
            if part
        }


def covers(wider: dict[str, str], narrower: dict[str, str]) -> bool:
    """Whether whoever read the trail through the one filter has read all that the other shows."""
    return wider.items() <= narrower.items()
