"""Every refusal in one shape: problem details (RFC 9457), with the very sentences that the pages show.

`errors` names what is wrong by the path of the item or of the value in the message. What does not exist and what is
not for this person give the same bytes.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.response import Response

from edc.errors import Conflict, EdcError, NotVisible, Refused

MEDIA_TYPE: Final = "application/problem+json"
LONGEST_PATH: Final = 120
PRECONDITIONS: Final = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
# Sentences for what the framework itself refuses: its kind, the code and the words.
FRAMEWORK: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (exceptions.NotAuthenticated, "not_authenticated", "Send a token, or log in first."),
    (
        exceptions.AuthenticationFailed,
        "not_authenticated",
        "This token is not known here, or no longer. Make a new one.",
    ),
    (
        exceptions.PermissionDenied,
        "not_allowed",
        "The request came without the token of the page it claims to be from.",
    ),
    (exceptions.MethodNotAllowed, "method_not_allowed", "This cannot be done at this address."),
    (exceptions.NotAcceptable, "not_acceptable", "Answers are JSON. Ask for application/json."),
    (exceptions.UnsupportedMediaType, "unsupported_media_type", "Send JSON, and say so: application/json."),
    (exceptions.Throttled, "throttled", "Too many requests. Wait a while, then go on."),
)


class PreconditionRequired(EdcError):
    """A save did not say which revision it was made from."""

    default_message = 'Say which revision you have before you: If-Match: "3", or If-None-Match: * for a first save.'
    code = "precondition_required"
    api_status = 428


class Locked(EdcError):
    """Too many failed log-ins: the account is closed for a while."""

    default_message = "Too many failed log-ins. Wait a while, or ask an administrator."
    code = "locked"
    page_status = 429
    api_status = 429


class WrongLogin(EdcError):
    """The name or the password is not right; which of them is not said."""

    default_message = "This user name and password do not belong together."
    code = "wrong_login"
    page_status = 401
    api_status = 401


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what was raised into problem details; None for a mistake of our own, which is an error of the server."""
    if isinstance(error, Http404 | exceptions.NotFound):
        error = NotVisible()
    if isinstance(error, EdcError):
        return _refusal(error, context)
    if isinstance(error, exceptions.ValidationError):
        errors = dict(_by_path(error.detail))
        return problem(400, "wrong_input", "This cannot be read as it stands.", errors=errors)
    if isinstance(error, exceptions.ParseError):
        return problem(400, "not_json", str(error.detail))
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", "This message is too long to be read.")
    if isinstance(error, SuspiciousOperation | BadRequest | MultiPartParserError):
        return problem(400, "bad_request", "This request cannot be read.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    return _of_the_framework(error)


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """Build the answer. Empty parts are left out."""
    body = {
        "type": f"urn:edc:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **{name: part for name, part in more.items() if part},
    }
    return Response(_printable(body), status=status, content_type=MEDIA_TYPE)


def _refusal(error: EdcError, context: Mapping[str, Any]) -> Response:
    status = error.api_status
    errors = error.field_errors if isinstance(error, Refused) else {}
    current = error.current if isinstance(error, Conflict) and isinstance(error.current, dict) else None
    if isinstance(error, Conflict) and not _has_precondition(context):
        # 412 answers a precondition; without one the same clash is a plain conflict.
        status = 409
    response = problem(status, error.code, error.message, errors=errors, current=current)
    if isinstance(current, dict) and "revision" in current:
        response["ETag"] = f'"{current["revision"]}"'
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Token"
    return response


def _has_precondition(context: Mapping[str, Any]) -> bool:
    request = context.get("request")
    return request is not None and any(name in request.META for name in PRECONDITIONS)


def _of_the_framework(error: Exception) -> Response | None:
    if not isinstance(error, exceptions.APIException):
        return None
    code, detail = next(
        ((code, detail) for kind, code, detail in FRAMEWORK if isinstance(error, kind)),
        ("refused", "This could not be done."),
    )
    response = problem(error.status_code, code, detail)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _by_path(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Flatten what the framework says of a message: each path once, with its sentences."""
    if isinstance(detail, Mapping):
        for name, part in detail.items():
            here = "" if name == "non_field_errors" else str(name)[:LONGEST_PATH]
            yield from _by_path(part, ".".join(each for each in (path, here) if each))
    elif any(isinstance(part, dict | list) for part in detail):
        for number, part in enumerate(detail):
            yield from _by_path(part, f"{path}[{number}]") if part else ()
    else:
        yield path, [str(part) for part in detail]


def _printable(part: Any) -> Any:
    """What can be sent as UTF-8: half of a surrogate pair, which only bad input holds, becomes a question mark."""
    match part:
        case str():
            return part.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_printable(name): _printable(each) for name, each in part.items()}
        case list() | tuple():
            return [_printable(each) for each in part]
    return part
