"""How Halo authenticates its deliveries: basic, bearer token, own header, or signature (halo-api.md section 6)."""

from __future__ import annotations

import base64
import binascii
import hmac

from portal.psa.webhooks import WebhookAuthentication, WebhookCall


def proof(login: WebhookAuthentication, call: WebhookCall) -> str:
    """Return what the call offers as proof, empty if there is none of the right kind."""
    if login.method in {"header", "signature"}:
        return call.header(login.header).strip()
    scheme, _, rest = call.header("Authorization").partition(" ")
    if scheme.lower() != ("bearer" if login.method == "bearer" else "basic"):
        return ""
    return rest.strip() if login.method == "bearer" else _decoded(rest.strip())


def expected_proof(login: WebhookAuthentication, secret: str, body: bytes) -> str:
    """Return what a sender offers that knows the secret."""
    if login.method == "signature":
        return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return f"{login.user}:{secret}" if login.method == "basic" else secret


def _decoded(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
