"""The signature of a callback (connectwise-api.md section 7): an HMAC of the raw body, in a header.

Its key is the SHA-256 hash of the signing key, 32 raw bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from portal.psa.webhooks import WebhookAuthentication, WebhookCall

HEADER: Final = "x-content-signature"


def proof(_login: WebhookAuthentication, call: WebhookCall) -> str:
    return call.header(HEADER).strip()


def expected_proof(_login: WebhookAuthentication, signing_key: str, body: bytes) -> str:
    key = hashlib.sha256(signing_key.encode("utf-8", "surrogatepass")).digest()
    return base64.b64encode(hmac.digest(key, body, "sha256")).decode()
