"""How the API describes itself: each address with what it takes, what it answers, and every way in which it refuses."""

import functools
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from edc.rest.fields import Input, Output
from edc.rest.problems import MEDIA_TYPE, problem

View = TypeVar("View", bound=Callable[..., Any])

# What each refusal means, its code, and the sentence that comes with it.
REFUSALS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: (
        "What was sent is refused; `errors` names each value or item.",
        "refused",
        "This cannot be saved as it stands.",
    ),
    401: ("There is no token, or not a good one.", "not_authenticated", "Send a token, or log in first."),
    403: ("The role does not allow this.", "not_allowed", "Your role does not allow this."),
    404: (
        "It does not exist, or not for this person.",
        "not_found",
        "There is no such page, or it is not open to you.",
    ),
    406: ("Only JSON is answered.", "not_acceptable", "Answers are JSON. Ask for application/json."),
    409: ("Something else was saved in between.", "conflict", "Somebody else saved the same thing at the same moment."),
    412: (
        "Somebody else saved in between; `current` is the form as it is now.",
        "conflict",
        "Somebody else saved this while you had it open. Compare the two versions, then save again.",
    ),
    413: ("The message is too long.", "too_large", "This message is too long to be read."),
    415: ("Only JSON is read.", "unsupported_media_type", "Send JSON, and say so: application/json."),
    428: (
        "The revision that the save was made from is not named.",
        "precondition_required",
        'Say which revision you have before you: If-Match: "3", or If-None-Match: * for a first save.',
    ),
    429: ("Too many requests or failed log-ins.", "throttled", "Too many requests. Wait a while, then go on."),
}
READING: Final = (400, 401, 403, 404, 406, 429)
WRITING: Final = (*READING, 409, 413, 415)
SCHEME: Final = "Token"
IF_MATCH: Final = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description='The ETag of the revision changed: `"3"`.'
)
IF_NONE_MATCH: Final = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="`*` for the first save of a form."
)


class ProblemDetails(Output):
    """Why something was refused, in words for the person who tried (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of the message, not the errors of the form
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Sentences by item path (`ALB`, `MEDS[r1].MEDNAME`) or by the name of the value that was sent.",
    )
    current = serializers.JSONField(required=False, help_text="After 412: the form as it is saved now.")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """Says how a token is sent."""

    target_class = "edc.rest.authentication.Tokens"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return dict(build_bearer_security_scheme_object(header_name="Authorization", token_prefix=SCHEME))


def documented(
    name: str,
    summary: str,
    *,
    answer: Any = None,
    status: int = 200,
    page_of: type[Output] | None = None,
    body: type[Input] | None = None,
    asks: type[Input] | None = None,
    headers: Sequence[OpenApiParameter] = (),
    refusals: Sequence[int] = (),
    example: Any = None,
    body_example: Any = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    media_type: str = "",
    public: bool = False,
) -> Callable[[View], View]:
    """Describe one method of an address. `name` is its operation id, `refusals` what comes on top of the usual ones."""
    usual = WRITING if body is not None or status != HTTPStatus.OK else READING
    shape = _page_of(page_of) if page_of is not None else answer
    examples = (
        [OpenApiExample("Answer", value=example, response_only=True, status_codes=[str(status)])] if example else []
    )
    if body_example is not None:
        examples.append(OpenApiExample("Message", value=body_example, request_only=True))
    done = OpenApiResponse(shape, description="Done.")
    responses: dict[Any, Any] = {(status, media_type) if media_type else status: done}
    for code in sorted({*usual, *refusals}):
        words, word, detail = REFUSALS[code]
        sample = problem(code, word, detail, errors=errors if code == HTTPStatus.BAD_REQUEST else None).data
        responses[code, MEDIA_TYPE] = OpenApiResponse(
            ProblemDetails, description=words, examples=[OpenApiExample(word, value=sample, status_codes=[str(code)])]
        )
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=body,
        parameters=[*([asks] if asks is not None else []), *headers],
        responses=responses,
        examples=examples,
        auth=[] if public else None,
    )


@functools.cache
def _page_of(shape: type[Output]) -> Any:
    return inline_serializer(
        f"PageOf{shape.__name__}",
        {
            "results": shape(many=True),
            "next": serializers.CharField(allow_null=True, help_text="Send it as `after` for the next page."),
        },
    )
