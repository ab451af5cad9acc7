"""Making an extract: read one moment of the database, write the file, put the act on record, hand the file over."""

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction

from edc import __version__, clock
from edc.access.actor import Actor
from edc.access.roles import Permission
from edc.audit import canonical
from edc.errors import EdcError, Refused
from edc.exports.archive import write_archive
from edc.exports.variants import VARIANTS
from edc.extracts.acts import acts_of
from edc.extracts.catalogue import chosen
from edc.extracts.operations import make_extract
from edc.extracts.record import Extract
from trials.models import Trial
from trials.reading import Reading, reading

SNAPSHOT = "snapshot"
FORMAT = 1


def extract(*, by: Actor, trial: Trial, variant: str, datasets: Collection[str] = (), reason: str = "") -> Extract:
    """Write datasets of a trial (all, when none is named) and record the act. The caller closes the file.

    The file is written before the act opens, for an open act keeps everybody else on SQLite from saving. Only then
    does the door check the right again and record what leaves; the caller has no file before that.

    Raises `NotVisible` and `NotAllowed`, on record, and `Refused` for a dataset or variant that does not exist.
    """
    if not by.may(Permission.EXTRACT_DATA, trial.scope()):
        make_extract(by=by, trial=trial, extract=None, reason=reason)
    if variant not in VARIANTS:
        message = f"Choose how the files are written: {' or '.join(VARIANTS)}."
        raise Refused(message, field_errors={"variant": [message]})
    made = _write(by, trial, variant, datasets)
    try:
        make_extract(by=by, trial=trial, extract=made, reason=reason)
    except EdcError:
        made.file.close()
        raise
    return made


def _write(by: Actor, trial: Trial, variant: str, names: Collection[str]) -> Extract:
    made_at = clock.now()
    file = cast(BinaryIO, tempfile.TemporaryFile(dir=_folder()))  # noqa: SIM115 - it outlives this function
    try:
        # One transaction on the reading connection: every query in it sees the same moment.
        with transaction.atomic(using=SNAPSHOT):
            of = reading(by, trial, SNAPSHOT)
            taken = chosen(of, names)
            filtered, snapshot = _filter(of, [dataset.name for dataset in taken]), _snapshot(of)
            facts = {
                "format": FORMAT,
                "trial": trial.code,
                "filter": filtered,
                "snapshot": snapshot,
                "made_at": canonical.plain(made_at),
                "made_by": _who(by, trial),
                "software": __version__,
                "protocol_versions": [{"version": each.version, "sha256": each.sha256} for each in of.versions],
            }
            written = write_archive(file, taken, VARIANTS[variant], facts)
    except BaseException:
        file.close()
        raise
    return Extract(file, f"{trial.code}-{variant}-{made_at:%Y%m%dT%H%M%SZ}.zip", variant, filtered, snapshot, written)


def _folder() -> Path:
    folder = Path(settings.VARIABLE_FILES) / "extracts"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _who(by: Actor, trial: Trial) -> Mapping[str, str]:
    as_recorded = by.by(Permission.EXTRACT_DATA, trial.scope())
    return {
        "username": as_recorded.username,
        "name": as_recorded.name,
        "role": as_recorded.role,
        "organisation": as_recorded.organisation,
    }


def _filter(of: Reading, names: list[str]) -> dict[str, object]:
    """What was asked for, and what of it this reader may have."""
    return {
        "datasets": names,
        "sites": [site.code for site in of.sites],
        "identifying": of.identifying,
        "unblinding": of.unblinding,
        "arms": of.arms,
    }


def _snapshot(of: Reading) -> dict[str, object]:
    """The newest act that the extract knows of: what came later is not in it."""
    newest = acts_of(of).order_by("-id").values_list("id", "at").first()
    return {"act": str(newest[0]), "at": canonical.plain(newest[1])} if newest else {"act": None, "at": None}
