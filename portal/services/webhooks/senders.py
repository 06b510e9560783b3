"""Who may deliver: each call proves that its sender knows the secret of one integration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.db import connected, placeholder
from portal.models.integrations import Integration
from portal.models.webhooks import WebhookLogin
from portal.services.audit import audit_counts

# Runs with every delivery, and Peewee would take longer to build the statement than the database to run it.
FIND: Final = (
    "SELECT id, account_id, uid, psa, record_types, webhook_user, webhook_secret, webhook_old_secret, webhook_login,"
    " webhook_header FROM integration WHERE webhook_id IN ({0}, {0}) AND state <> 'disconnected'"
)
REMEMBERED: Final = timedelta(seconds=1)
MOST_REMEMBERED: Final = 1_000
# Unknown addresses are compared with this. No caller can send it.
NOBODY: Final = ("", "\0")

_lately: dict[str, tuple[datetime, Integration | None]] = {}


@dataclass(frozen=True)
class Call:
    """`header` returns a header by its name, empty if it is missing."""

    header: Callable[[str], str]
    body: bytes


def sender(webhook_id: str, call: Call) -> Integration | None:
    """Return the integration if the caller knows its webhook secret, else None.

    The old secret is accepted too until it is dropped. Unknown addresses take the same path through this code, so
    that the timing does not reveal which ones exist.
    """
    found = _find(webhook_id)
    user = found.webhook_user if found else NOBODY[0]
    kept = (found.webhook_secret, found.webhook_old_secret) if found else (None, None)
    secrets = [each.reveal() if each else NOBODY[1] for each in kept]
    given = _given(found, call)
    # Compare all of them, even after a match, for constant timing.
    right = [_same(given, _expected(found, user, secret, call.body)) & (secret != NOBODY[1]) for secret in secrets]
    return found if any(right) else None


def note_refusal(webhook_id: str, address: str) -> None:
    """Count a refused call in the account's audit log. Does nothing for an unknown address."""
    if (found := _find(webhook_id)) is not None:
        audit_counts.count(found.account_id, None, "webhook.refused", address=address)


def _find(webhook_id: str) -> Integration | None:
    """Look up the address, with a short cache that includes unknown addresses: they must not take longer.

    Addresses are lower case. Older ones have capitals too, and match exactly.
    """
    now = clock.now()
    until, found = _lately.get(webhook_id, (now, None))
    if until <= now:
        with connected():
            found = next(iter(Integration.raw(FIND.format(placeholder()), webhook_id, webhook_id.lower())), None)
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
        _lately[webhook_id] = (now + REMEMBERED, found)
    return found


def proof_headers(integration: Integration) -> frozenset[str]:
    """Return the headers, in lower case, that prove who called. They are never shown."""
    return frozenset({"authorization", "proxy-authorization", "cookie", integration.webhook_header.lower()})


def _given(integration: Integration | None, call: Call) -> str:
    login = integration.webhook_login if integration else WebhookLogin.BASIC
    if integration and login in {WebhookLogin.HEADER, WebhookLogin.SIGNATURE}:
        return call.header(integration.webhook_header).strip()
    scheme, _, rest = call.header("Authorization").partition(" ")
    if scheme.lower() != ("bearer" if login == WebhookLogin.BEARER else "basic"):
        return ""
    return rest.strip() if login == WebhookLogin.BEARER else _decoded(rest.strip())


def _expected(integration: Integration | None, user: str, secret: str, body: bytes) -> str:
    login = integration.webhook_login if integration else WebhookLogin.BASIC
    if login == WebhookLogin.SIGNATURE:
        return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return f"{user}:{secret}" if login == WebhookLogin.BASIC else secret


def _decoded(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _same(given: str, expected: str) -> bool:
    """Compare in constant time, whatever the lengths."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
