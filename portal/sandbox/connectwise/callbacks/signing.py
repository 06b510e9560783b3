"""Signatures of callbacks: base64 of HMAC-SHA256 over the raw body, keyed with the SHA-256 of the signing key."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

HEADER = "x-content-signature"


def signature(key: str, body: bytes) -> str:
    digest = hmac.digest(hashlib.sha256(key.encode()).digest(), body, hashlib.sha256)
    return b64encode(digest).decode()
