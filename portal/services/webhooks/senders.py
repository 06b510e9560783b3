"""Who may deliver: Halo proves with each call that it knows the secret of one integration (halo-api.md section 6)."""

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

# Asked for with every delivery: Peewee would take longer to write the statement than the database to answer it.
FIND: Final = (
    "SELECT id, account_id, uid, psa, record_types, webhook_user, webhook_secret, webhook_old_secret, webhook_login,"
    " webhook_header FROM integration WHERE webhook_id IN ({0}, {0}) AND state <> 'disconnected'"
)
REMEMBERED: Final = timedelta(seconds=1)
MOST_REMEMBERED: Final = 1_000
# What an address that does not exist is compared with. Nobody can know it.
NOBODY: Final = ("", "\0")

_lately: dict[str, tuple[datetime, Integration | None]] = {}


@dataclass(frozen=True)
class Call:
    """`header` returns a header by its name, empty for one that is not there."""

    header: Callable[[str], str]
    body: bytes


def sender(webhook_id: str, call: Call) -> Integration | None:
    """Return the integration whose webhook was called by somebody who knows its secret, None for anybody else.

    The old secret counts as well until it is dropped. An address that does not exist takes the same way through, so
    that nobody can find out which ones do.
    """
    found = _find(webhook_id)
    user = found.webhook_user if found else NOBODY[0]
    kept = (found.webhook_secret, found.webhook_old_secret) if found else (None, None)
    secrets = [each.reveal() if each else NOBODY[1] for each in kept]
    given = _given(found, call)
    # All are compared whatever the first one said.
    right = [_same(given, _expected(found, user, secret, call.body)) & (secret != NOBODY[1]) for secret in secrets]
    return found if any(right) else None


def note_refusal(webhook_id: str, address: str) -> None:
    """Count a call that was refused, in its account's audit log. An address that does not exist writes nothing."""
    if (found := _find(webhook_id)) is not None:
        audit_counts.count(found.account_id, None, "webhook.refused", address=address)


def _find(webhook_id: str) -> Integration | None:
    """Look the address up, at most once in a moment: also those that do not exist, which must not take longer.

    Addresses are in small letters; older ones have capitals, too, and are found as they are.
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
    """Name the headers, in small letters, that prove who called: nobody should see them afterwards."""
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
    """Compare in a time that tells neither how much was right nor how long it is."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
