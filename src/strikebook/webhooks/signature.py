"""What proves to a receiver that a delivery is ours, and new: an HMAC over the moment and the body."""

from __future__ import annotations

import hashlib
import hmac


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the HMAC-SHA256, in hexadecimal digits, of ``timestamp``, a dot and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
