"""The trail in words: what changed in each act, with labels, units and choices, as the reader may see it."""

import datetime
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse

from edc.access.models import User
from edc.audit.models import Act
from edc.audit.verification.texts import parsed
from edc.trail.classes import EVIDENCE, LONG_TEXTS, TELLS_AN_ARM, VALUES, Reader, attempted_is_hidden, class_of, utc
from edc.trail.sentences import NEW, sentences
from trials.models import Allocation, ProtocolVersion, Site
from trials.rules.dates import day_in_words
from visits.forms.answer import Context
from visits.forms.values import label_of, show_at
from visits.models import Entry, Visit

HIDDEN = "hidden"
SEALED = "sealed"
NAMED_BY: tuple[type[models.Model], ...] = (ProtocolVersion, Site, User)
ENTRY_FIELDS = {"status", "withdrawn"}
Pair = Sequence[Any]


@dataclass(frozen=True)
class Change:
    """One changed part in words; empty old: entered for the first time, empty new: cleared; both empty: a sentence."""

    label: str
    old: str
    new: str
    path: str = ""
    table: str = ""


@dataclass
class Row:
    """One act as the component trail_row shows it."""

    act: Act
    when: str
    when_utc: str
    who: str
    role: str
    subject: str
    subject_url: str
    where: str
    where_url: str
    sentence: str
    why: str
    changes: list[Change] = field(default_factory=list)
    mark: str = ""


class Words:
    """The words for a batch of acts. The number of statements depends on the tables touched, not on the acts."""

    def __init__(
        self,
        reader: Reader,
        acts: Sequence[Act],
        zones: Mapping[uuid.UUID, str],
        using: str,
        *,
        brief: bool = False,
    ) -> None:
        """Read what the acts touched. With `brief`, as pages show it: sentences instead of columns, no defaults."""
        self.reader, self.brief = reader, brief
        self.zones = zones
        self.trials = {act.pk: act.trial_id for act in acts}
        self.rows: dict[uuid.UUID, list[tuple[type[Any], Any]]] = defaultdict(list)
        for label in sorted({label for act in acts for label in act.touched}):
            model: Any = apps.get_model(label)
            history = model.history.using(using).filter(act_id__in=[act.pk for act in acts])
            for row in history.order_by("act_id", "id", "revision"):
                self.rows[row.act_id].append((model, row))
        found = [(model, row) for rows in self.rows.values() for model, row in rows]
        self.versions = self._versions(found, using)
        self.visits = {
            visit.pk: visit.label
            for visit in Visit.objects.using(using).filter(
                pk__in={row.visit_id for model, row in found if model is Entry and row.visit_id}
            )
        }
        self.names = self._names(found, using)

    def row(self, act: Act) -> Row:
        """Return an act as a row of the trail."""
        where, entry = self._where(act)
        refused = act.outcome == Act.Outcome.REFUSED
        said = str(act.detail.get("message") or "It was not allowed.")
        return Row(
            act=act,
            when=local(act.at, self.zones.get(act.site_id, "UTC") if act.site_id else "UTC"),
            when_utc=utc(act.at),
            who=act.actor_name,
            role=act.actor_role,
            subject=act.subject_label,
            subject_url=reverse("trail:subject", args=[act.subject_id]) if act.subject_id else "",
            where=where,
            where_url=reverse("trail:entry", args=[entry]) if entry else "",
            sentence=f"Refused: {act.sentence}. {said}" if refused else act.sentence,
            why=self.reason(act),
            changes=list(self.changes(act)),
        )

    def reason(self, act: Act) -> str:
        """Return why, as far as this reader may know it: a reason may repeat the value that it explains."""
        if not act.opening:
            return HIDDEN if act.reason and self._touches_hidden(act) else act.reason
        return str(self._opened(act)["reason"]) if self.reader.may_open(act) else SEALED

    def changes(self, act: Act) -> Iterator[Change]:
        """Yield what changed, form by form and field by field; then what a refused attempt had typed."""
        hidden = self.reader.hidden(act)
        for model, row in self.rows.get(act.pk, ()):
            said = sentences(model, row, self.names) if self.brief else None
            if said is not None:
                yield from self._sentences(model, row, said, hidden)
                continue
            for path, pair in row.changes.items():
                change = (
                    None
                    if self.brief and _is_default(model, row, path, pair)
                    else self._change(model, row, path, pair, hidden)
                )
                if change is not None:
                    yield change
        yield from self._attempted(act, hidden)

    def classes(self, act: Act, chain: str) -> dict[str, bool]:
        """Return for the text of each history row of this act and chain whether this reader may read it."""
        hidden = self.reader.hidden(act) - {TELLS_AN_ARM}
        return {
            row.canonical: not any(class_of(model, row, path, self.versions) in hidden for path in row.changes)
            for model, row in self.rows.get(act.pk, ())
            if row.chain == chain
        }

    def openings(self, act: Act, chain: str) -> list[str]:
        """Return what opens the commitments of this act, where this reader may know it."""
        if TELLS_AN_ARM in self.reader.hidden(act):
            return []
        rows = [row.opening for _, row in self.rows.get(act.pk, ()) if row.chain == chain and row.opening]
        return ([act.opening] if act.opening else []) + rows

    def act_is_hidden(self, act: Act) -> bool:
        """Whether the text of an act holds what this reader may not see."""
        attempted = attempted_is_hidden(act, self.reader.hidden(act), self.reader.protocol(act.trial_id))
        return attempted or bool(act.reason and self._touches_hidden(act))

    def _touches_hidden(self, act: Act) -> bool:
        """Whether an act changed, or tried to change, what this reader may not see, arms aside."""
        hidden = self.reader.hidden(act) - {TELLS_AN_ARM}
        touched = (
            class_of(model, row, path, self.versions) in hidden
            for model, row in self.rows.get(act.pk, ())
            for path in row.changes
        )
        return any(touched) or attempted_is_hidden(act, hidden, self.reader.protocol(act.trial_id))

    def _sentences(self, model: type[Any], row: Any, said: Sequence[str], hidden: frozenset[str]) -> Iterator[Change]:
        table = model._meta.label_lower
        if getattr(row, "blinding", "") in hidden:
            yield Change(str(model._meta.verbose_name).capitalize(), "", HIDDEN, table=table)
            return
        for sentence in said:
            yield Change(sentence, "", "", table=table)

    def _change(self, model: type[Any], row: Any, path: str, pair: Pair, hidden: frozenset[str]) -> Change | None:
        table = model._meta.label_lower
        if model is Entry and path.startswith(VALUES):
            return self._answer(row, path, pair, hidden)
        label = self._label(model, path)
        if label is None:
            return None
        information = class_of(model, row, path, self.versions)
        if information in hidden:
            shown = SEALED if information == TELLS_AN_ARM else HIDDEN
            return Change(label, shown if pair[0] is not None else "", shown, path, table)
        if model is Allocation and path == "arm":
            old, new = (self._arm(row, leaf) for leaf in pair)
        else:
            old, new = (self._text(model, path, leaf) for leaf in pair)
        return Change(label, old, new, path, table)

    def _answer(self, row: Any, path: str, pair: Pair, hidden: frozenset[str]) -> Change | None:
        """An answer of a form, by its kind. A row added to a group shows by its answers."""
        if "row" in pair or path.startswith(f"{VALUES}_"):
            return None
        version = self.versions[row.protocol_version_id]
        form, place = version.protocol.form(row.form), path.removeprefix(VALUES)
        label = label_of(form, place)
        if class_of(Entry, row, path, self.versions) in hidden:
            before, after = (HIDDEN if leaf else "" for leaf in pair)
            return Change(label, before, after, place, Entry._meta.label_lower)
        context = Context(today=row.history_date.date(), protocol=version.protocol)
        old, new = (show_at(form, place, leaf, context) if leaf else "" for leaf in pair)
        return Change(label, old, new, place, Entry._meta.label_lower)

    def _label(self, model: type[Any], path: str) -> str | None:
        """The name of a column in words; None for keys that only the program needs."""
        name = path.partition(".")[0]
        if path.startswith(EVIDENCE):
            return f"Decided by {path.removeprefix(EVIDENCE)}" if model is not Entry else None
        if model is Entry and name not in ENTRY_FIELDS:
            return None
        column = model._meta.get_field(name)
        if column.is_relation and column.related_model not in NAMED_BY:
            return None
        words = str(column.verbose_name)
        whole = words if model is Entry else f"{model._meta.verbose_name}: {words}"
        return whole[0].upper() + whole[1:]

    def _arm(self, row: Any, code: Any) -> str:
        """The arm's label by the newest protocol of the trial; its code where that has no such arm."""
        protocol = self.reader.protocol(self.trials[row.act_id])
        arm = next((each for each in protocol.arms if each.code == code), None) if protocol and code else None
        return arm.label.text() if arm else str(code or "")

    def _text(self, model: type[Any], path: str, leaf: Any) -> str:
        if leaf in (None, ""):
            return ""
        column = model._meta.get_field(path.partition(".")[0])
        if column.is_relation:
            return self.names.get(str(leaf), str(leaf))
        for value, words in column.flatchoices or ():
            if str(value) == str(leaf):
                return str(words)
        if isinstance(leaf, str) and isinstance(column, models.DateTimeField):
            return f"{utc(datetime.datetime.fromisoformat(leaf))} UTC"
        if self.brief and isinstance(leaf, str) and isinstance(column, models.DateField):
            return day_in_words(datetime.date.fromisoformat(leaf))
        return _plain(leaf)

    def _where(self, act: Act) -> tuple[str, uuid.UUID | None]:
        entries = [row for model, row in self.rows.get(act.pk, ()) if model is Entry]
        if entries and entries[0].protocol_version_id in self.versions:
            row = entries[0]
            title = self.versions[row.protocol_version_id].protocol.form(row.form).title.text()
            return ", ".join(part for part in (title, self.visits.get(row.visit_id, "")) if part), row.id
        queried = next((row.entry_id for _, row in self.rows.get(act.pk, ()) if getattr(row, "entry_id", None)), None)
        return act.form, queried

    def _versions(self, found: list[tuple[type[Any], Any]], using: str) -> dict[uuid.UUID, ProtocolVersion]:
        keys = {row.protocol_version_id for _, row in found if getattr(row, "protocol_version_id", None)}
        versions: dict[uuid.UUID, ProtocolVersion] = (
            ProtocolVersion.objects.using(using).defer(*LONG_TEXTS).in_bulk(keys) if keys else {}
        )
        return versions

    def _names(self, found: list[tuple[type[Any], Any]], using: str) -> dict[str, str]:
        """What people call the rows that changed keys point at: sites, protocol versions, accounts."""
        keys: dict[type[models.Model], set[str]] = defaultdict(set)
        for model, row in found:
            for path, pair in row.changes.items():
                column = model._meta.get_field(path.partition(".")[0])
                if column.is_relation and column.related_model in NAMED_BY:
                    keys[column.related_model] |= {leaf for leaf in pair if leaf}
        return {
            str(thing.pk): str(thing)
            for model, wanted in keys.items()
            for thing in model._default_manager.using(using).filter(pk__in=wanted)
        }

    def _attempted(self, act: Act, hidden: frozenset[str]) -> Iterator[Change]:
        """What was typed and refused; the answers of a form under their labels."""
        attempted = act.detail.get("attempted") or {}
        protocol = self.reader.protocol(act.trial_id)
        if attempted and attempted_is_hidden(act, hidden, protocol):
            yield Change("Tried", "", HIDDEN)
            return
        form = next((each for each in protocol.forms if each.id == act.form), None) if protocol else None
        for path, typed in attempted.items():
            if typed not in (None, "", {}):
                yield Change(f"Tried: {label_of(form, path) if form else path}", "", _plain(typed), path)

    def _opened(self, act: Act) -> dict[str, Any]:
        return parsed(str(parsed(act.opening)["text"]))


def _is_default(model: type[Any], row: Any, path: str, pair: Pair) -> bool:
    """Whether a new row merely says what every new row says: that it is not withdrawn, or how complete it is."""
    return row.history_type == NEW and (pair[1] is False or (model is Entry and path == "status"))


def local(moment: datetime.datetime, zone: str) -> str:
    """Return a moment as the clock on the site's wall showed it; without a site, in UTC and saying so."""
    there = moment.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{there.day} {there:%b %Y, %H:%M}{' UTC' if zone == 'UTC' else ''}"


def _plain(leaf: Any) -> str:
    match leaf:
        case None:
            return ""
        case bool():
            return "yes" if leaf else "no"
        case dict():
            return " ".join(str(leaf[key]) for key in ("text", "unit", "missing") if leaf.get(key)) or ", ".join(
                f"{key}: {_plain(value)}" for key, value in leaf.items()
            )
        case list():
            return ", ".join(_plain(each) for each in leaf)
    return str(leaf)
