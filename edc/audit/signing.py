"""The signature of checkpoints: HMAC-SHA256 with a key that lies outside the database."""

import hashlib
import hmac

from django.conf import settings


def sign(text: str) -> str:
    """Return the signature of a checkpoint's text, in hexadecimal."""
    return hmac.new(settings.EDC_CHECKPOINT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_genuine(text: str, signature: str) -> bool:
    """Whether the signature was made here, with this key, for this text."""
    return hmac.compare_digest(sign(text), signature)
