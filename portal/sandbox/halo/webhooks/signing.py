"""Authentication headers of webhooks."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

from portal.sandbox.halo.webhooks.webhook import Webhook


def proof(webhook: Webhook, body: bytes) -> dict[str, str]:
    """Return the headers. The HMAC is SEEN: base64 of HMAC-SHA256 over the raw body, without a prefix."""
    secret = webhook.secret
    if webhook.authentication == "basic":
        return {"Authorization": f"Basic {_base64(f'{webhook.user}:{secret}'.encode())}"}
    if webhook.authentication == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    if webhook.authentication == "header":
        return {webhook.header: secret}
    if webhook.authentication == "hmac":
        return {webhook.header: _base64(hmac.digest(secret.encode(), body, hashlib.sha256))}
    return {}


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()
