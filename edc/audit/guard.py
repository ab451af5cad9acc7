"""What each model says it is, and the guard that keeps facts behind the door.

A fact (`Audited`) is written only while an act is being recorded, and never deleted. What Django itself cannot be
made to refuse (fixtures, raw SQL, migrations) is found later by comparing live rows with their history.
"""

from __future__ import annotations

import enum
import functools
import secrets
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, NoReturn, Self

from django.db import DatabaseError, models, router

from edc import clock
from edc.audit import canonical, recording
from edc.audit.history import History, HistoryRow
from edc.errors import Conflict, OutsideTheDoor


class ModelClass(enum.StrEnum):
    """What kind of thing a table holds. A contract test asks every model."""

    AUDITED = "audited"
    UNBLINDING = "unblinding"
    DERIVED = "derived"
    APPEND_ONLY = "append-only"
    REFERENCE = "reference"
    FOREIGN = "foreign"


class GuardedQuerySet(models.QuerySet[Any]):
    """Rows that are written one operation at a time: the short cuts of the ORM are closed."""

    def _refuse(self, way: str) -> NoReturn:
        raise OutsideTheDoor(f"{self.model.__name__}: {way} would leave no trail; write through an operation")

    def update(self, **values: Any) -> NoReturn:
        self._refuse("update()")

    def delete(self) -> NoReturn:
        self._refuse("delete()")

    def _raw_delete(self, using: str | None) -> NoReturn:
        self._refuse("_raw_delete()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("bulk_update()")


class AuditedQuerySet(GuardedQuerySet):
    """Facts. New ones may be added many at a time, each with its own history."""

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, of: Sequence[str] = (), no_key: bool = True
    ) -> Self:
        """Lock rows against change until the act is over, but let others point at them meanwhile.

        A key never changes and a fact is never deleted, so the weaker lock is enough; with the stronger one, whoever
        holds a chain and commits a row that points at a locked one would wait for its holder, who waits for the chain.
        """
        return super().select_for_update(nowait=nowait, skip_locked=skip_locked, of=of, no_key=no_key)

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Any]:
        """Insert new facts in one statement; each gets its history row in the act that is open."""
        if ignore_conflicts or update_conflicts:
            self._refuse("bulk_create() that passes over conflicts")
        act = recording.required(self.model)
        rows = list(objs)
        for row in rows:
            if not row._state.adding:
                self._refuse("bulk_create() of a saved row")
            row.revision = 1
        created = super().bulk_create(rows, batch_size=batch_size)
        for row in created:
            act.add(row.history_row(act, "+"))
        return created


def copied(value: Any) -> Any:
    """A copy of what a column holds: JSON all the way down, anything else as it is, since it cannot change."""
    if isinstance(value, dict):
        return {key: copied(member) for key, member in value.items()}
    return [copied(member) for member in value] if isinstance(value, list) else value


class Classified(models.Model):
    """A table that says what it is."""

    model_class: ClassVar[ModelClass]

    class Meta:
        abstract = True


@functools.cache
def history_model(model: type[Any]) -> type[Any]:
    """The history table of a model; its descriptor builds a manager class anew at each look."""
    found: type[Any] = model.history.model
    return found


class Audited(Classified):
    """A fact. Written only inside an operation; every change is on record, field by field.

    `revision` counts the saves of the row. A save is refused with `Conflict` when somebody else's came in between,
    and the history holds each revision once, so no change can be lost.
    """

    model_class = ModelClass.AUDITED
    unrecorded: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = AuditedQuerySet.as_manager()
    history = History(inherit=True)

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """Keep what was loaded, so that a save knows what it changes."""
        row = super().from_db(db, field_names, values)
        row.__dict__["_loaded"] = {name: copied(value) for name, value in zip(field_names, values, strict=False)}
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._remember()

    def save_base(
        self,
        raw: bool = False,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Store the row and what changed in it. A save that changes nothing leaves nothing.

        Raises `OutsideTheDoor` when no act is open, and `Conflict` when the row was saved by somebody else since
        it was read.
        """
        adding = self._state.adding
        changed = self._changed_columns()
        using = using or router.db_for_write(self.__class__, instance=self)
        if not adding and changed <= self.unrecorded:
            if changed:
                super().save_base(using=using, force_update=True, update_fields=changed)
                self._remember()
            return
        act = recording.required(type(self))
        before = {} if adding else self._flat(self.__dict__["_loaded"])
        self.revision += 1
        try:
            super().save_base(
                using=using,
                force_insert=adding and (force_insert or True),
                force_update=not adding,
                update_fields=None if adding else {*changed, "revision"},
            )
        except DatabaseError as error:
            self.revision -= 1
            if "did not affect any rows" in str(error):
                raise Conflict(f"This {self._meta.verbose_name} was changed by somebody else.") from error
            raise
        act.add(self.history_row(act, "+" if adding else "~", before))
        self._remember()

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Facts are withdrawn, never deleted."""
        raise OutsideTheDoor(f"{type(self).__name__}: facts are withdrawn, not deleted")

    def _do_update(
        self,
        base_qs: Any,
        using: str | None,
        pk_val: Any,
        values: Any,
        update_fields: Any,
        forced_update: bool,
    ) -> bool:
        """Update only the revision that was read: the database itself refuses a stale save."""
        if "revision" in (update_fields or ()):
            base_qs = base_qs.filter(revision=self.__dict__["_loaded"]["revision"])
        return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)

    @classmethod
    def recorded_fields(cls) -> list[models.Field[Any, Any]]:
        """The columns whose changes are on record."""
        return [field for field in cls._meta.concrete_fields if field.attname not in cls.unrecorded]

    @classmethod
    def _flat(cls, columns: dict[str, Any]) -> dict[str, canonical.Leaf]:
        flat: dict[str, canonical.Leaf] = {}
        for field in cls.recorded_fields():
            if field.attname not in ("id", "revision"):
                flat.update(canonical.flatten(field.name, columns[field.attname]))
        return {path: leaf for path, leaf in flat.items() if leaf not in (None, "")}

    def flat(self) -> dict[str, canonical.Leaf]:
        """Return the row as paths and canonical leaves, empty ones left out."""
        return self._flat(self.__dict__)

    def _changed_columns(self) -> set[str]:
        if self._state.adding:
            return {field.attname for field in self._meta.concrete_fields}
        if self.get_deferred_fields():
            raise OutsideTheDoor(f"{type(self).__name__}: a fact is saved whole; it was loaded in part")
        loaded = self.__dict__["_loaded"]
        return {
            field.attname
            for field in self._meta.concrete_fields
            if field.to_python(self.__dict__[field.attname]) != loaded[field.attname]
        }

    def _remember(self) -> None:
        self.__dict__["_loaded"] = {
            field.attname: copied(self.__dict__[field.attname])
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__
        }

    def chain(self) -> str:
        """The chain that seals this row: its subject's, its trial's, or the system's."""
        scope = self.scope()
        return recording.chain_of(trial_id=scope.trial_id, subject_id=scope.subject_id)

    def scope(self) -> recording.Scope:
        """Where this fact belongs: trial, site and subject. The system unless a model says otherwise."""
        return recording.SYSTEM

    def history_row(
        self, act: recording.Recording, kind: str, before: dict[str, canonical.Leaf] | None = None
    ) -> HistoryRow:
        """Return the unsaved history row for the present state: snapshot, changes and the text to be sealed."""
        changes = canonical.difference(before or {}, self.flat())
        identity = {
            "act": act.id,
            "model": self._meta.label_lower,
            "pk": self.pk,
            "revision": self.revision,
            "type": kind,
        }
        # Salted, so that whoever is given only its digest cannot find a birth date by trying them all.
        text = canonical.canonical_json(identity | {"changes": changes, "salt": canonical.salt()})
        row: HistoryRow = history_model(type(self))(
            history_id=clock.new_id(),
            history_date=act.at,
            history_type=kind,
            history_user_id=act.actor_key,
            act_id=act.id,
            chain=self.chain(),
            changes={path: list(pair) for path, pair in changes.items()},
            canonical=text,
            **{field.attname: copied(getattr(self, field.attname)) for field in self.recorded_fields()},
        )
        self._seal_off(row, identity)
        return row

    def _seal_off(self, row: HistoryRow, identity: dict[str, Any]) -> None:
        """Leave the text open: an ordinary fact does not tell an arm."""


class Unblinding(Audited):
    """A fact that tells an arm. It lies in a table of its own and enters the chain only as a commitment.

    The text itself and its nonce stay in this model's history table; whoever holds the trail alone can verify it,
    and cannot find the arm by hashing both.
    """

    model_class = ModelClass.UNBLINDING

    class Meta(Audited.Meta):
        abstract = True

    def _seal_off(self, row: HistoryRow, identity: dict[str, Any]) -> None:
        nonce = secrets.token_hex(32)
        row.opening = canonical.canonical_json({"nonce": nonce, "text": row.canonical})
        row.canonical = canonical.canonical_json(identity | {"commitment": canonical.commitment(nonce, row.canonical)})


class AppendOnlyQuerySet(GuardedQuerySet):
    """Rows that are only ever added."""


class AppendOnly(Classified):
    """A row that is added once and never changed; triggers in the database say the same."""

    model_class = ModelClass.APPEND_ONLY

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise OutsideTheDoor(f"{type(self).__name__}: rows are added, never changed")
        kwargs["force_insert"] = kwargs.get("force_insert") or True
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{type(self).__name__}: rows are added, never deleted")


class Reference(AppendOnly):
    """What was loaded from a file, kept as it was loaded. Its hash stands in the act that loaded it."""

    model_class = ModelClass.REFERENCE

    class Meta(AppendOnly.Meta):
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        recording.required(type(self))
        super().save_base(*args, **kwargs)


class Derived(Classified):
    """What can be rebuilt from facts at any time."""

    model_class = ModelClass.DERIVED

    class Meta:
        abstract = True
