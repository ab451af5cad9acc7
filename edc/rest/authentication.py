"""Tokens, checked: hashed at rest, good until a day, and never a way round a closed account."""

import re
from typing import Any

from django.utils.crypto import constant_time_compare
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS, knox_settings
from rest_framework.exceptions import AuthenticationFailed

from edc import clock

SHAPE = re.compile(rb"[A-Za-z0-9_]{16,80}")


class Tokens(TokenAuthentication):
    """`Authorization: Token edc_...`, in one query. Reading never deletes: an expired token is only refused."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, AuthToken]:
        if not SHAPE.fullmatch(token):
            raise AuthenticationFailed
        text = token.decode("ascii")
        key, digest = text[: CONSTANTS.TOKEN_KEY_LENGTH], hash_token(text)
        for found in AuthToken.objects.filter(token_key=key).select_related("user"):
            fresh = found.expiry is None or found.expiry > clock.now()
            if fresh and constant_time_compare(digest, found.digest) and found.user.is_active:
                return found.user, found
        raise AuthenticationFailed

    def authenticate_header(self, request: Any) -> str:
        return str(knox_settings.AUTH_HEADER_PREFIX)
