"""Which revision a save was made from, as HTTP says it."""

import re

from rest_framework.request import Request

from edc.errors import EdcError
from edc.rest.problems import PreconditionRequired

REVISION = re.compile(r'"([0-9]{1,9})"', re.ASCII)


class UnclearPrecondition(EdcError):
    """The precondition names no revision."""

    default_message = 'Write the revision as it stands in ETag: If-Match: "3"; or If-None-Match: * for a first save.'
    code = "unclear_precondition"
    api_status = 400


def base_revision(request: Request) -> int:
    """The revision that the sender had before them; 0 for a form that nobody has filled in.

    Raises `PreconditionRequired` when the request does not say, `UnclearPrecondition` when it is not clear.
    """
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is None and none_match is None:
        raise PreconditionRequired
    if match is None and none_match is not None and none_match.strip() == "*":
        return 0
    found = REVISION.fullmatch(match.strip()) if match is not None and none_match is None else None
    if found is None:
        raise UnclearPrecondition
    return int(found[1])


def etag(revision: int) -> dict[str, str]:
    """The header that names a revision."""
    return {"ETag": f'"{revision}"'}
