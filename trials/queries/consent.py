"""Where a participant's consent stands."""

from dataclasses import dataclass
from datetime import date

from edc import clock
from trials.models import Consent, Subject
from trials.rules.dates import day_in_words


@dataclass(frozen=True)
class ConsentState:
    """Every consent given, oldest first; the version asked for now; and what to do about it."""

    history: tuple[Consent, ...]
    in_use: str
    withdrawn_on: date | None

    @property
    def in_force(self) -> bool:
        """Whether the participant consents today, to the version in use."""
        return self.withdrawn_on is None and any(each.version == self.in_use for each in self.history)

    @property
    def due(self) -> str:
        """The version that consent is to be asked for again; empty when there is none."""
        return "" if self.withdrawn_on is not None or self.in_force else self.in_use

    @property
    def sentence(self) -> str:
        """How consent stands, in words."""
        if self.withdrawn_on is not None:
            return f"Consent was withdrawn on {day_in_words(self.withdrawn_on)}."
        if self.due and self.history:
            return f"Version {self.due} is in use now. Ask the participant for consent to it."
        if self.due:
            return f"No consent is recorded. Version {self.due} is in use."
        return f"Consent to version {self.in_use} is in force."


def consent_state(subject: Subject) -> ConsentState:
    """Where consent stands today by the site's calendar, for a participant who was fetched in the actor's scope."""
    in_use = subject.site.protocol_version.protocol.consent.version_on(clock.today(subject.site.time_zone))
    return ConsentState(
        history=tuple(Consent.objects.filter(subject=subject).order_by("consented_on", "id")),
        in_use=in_use.version if in_use else "",
        withdrawn_on=subject.consent_withdrawn_on,
    )
