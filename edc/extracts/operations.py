"""The act of taking data out."""

from edc.access.actor import Actor
from edc.access.door import operation
from edc.access.roles import Permission
from edc.audit import recording
from edc.errors import Refused
from edc.extracts.record import Extract
from trials.models import Trial


@operation(Permission.EXTRACT_DATA, "Datasets downloaded", on="trial", always=True)
def make_extract(*, by: Actor, reason: str, trial: Trial, extract: Extract | None) -> None:
    """Put on record what leaves: variant, filter, every file with its rows and hash. No row changes.

    The file lies ready by then, but no byte of it leaves before the act is stored. Refused when there is no file.
    """
    if extract is None:
        raise Refused("No dataset was written, so there is nothing to download.")
    act = recording.current()
    if act is not None:
        act.note(
            sentence=f"Datasets downloaded, {extract.variant} variant",
            variant=extract.variant,
            file=extract.filename,
            filter=extract.filter,
            snapshot=extract.snapshot,
            files={file.name: {"rows": file.rows, "sha256": file.sha256} for file in extract.written.files},
            manifest_sha256=extract.written.manifest_sha256,
            archive_sha256=extract.written.archive_sha256,
        )
