"""Who may deliver: each call proves that its sender knows the secret of one integration, or a key of its PSA."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.db import connected, placeholder
from portal.models.integrations import Integration
from portal.psa.registry import adapter_of
from portal.psa.webhooks import HostedKeys, WebhookAuthentication, WebhookCall, WebhookFormat
from portal.services.audit import audit_counts
from portal.services.webhooks import signing_keys

# Runs with every delivery, and Peewee would take longer to build the statement than the database to run it.
FIND: Final = (
    "SELECT id, account_id, uid, psa, record_types, webhook_user, webhook_secret, webhook_old_secret, webhook_login,"
    " webhook_header, connection FROM integration WHERE webhook_id IN ({0}, {0}, {0}) AND state <> 'disconnected'"
)
REMEMBERED: Final = timedelta(seconds=1)
MOST_REMEMBERED: Final = 1_000
# Unknown addresses are compared with this. No caller can send it.
NO_SECRET: Final = "\0"  # noqa: S105  # nobody's secret
NOBODY: Final = WebhookAuthentication("basic", "", "")
# Some PSAs append to the address that people register.
LENGTH_OF_ID: Final = 32


class UnknownKey(Exception):
    """The key of this delivery is not known yet. `key_id` is set if a worker should fetch it now."""

    def __init__(self, key_id: int | None) -> None:
        super().__init__(key_id)
        self.key_id = key_id


_lately: dict[str, tuple[datetime, Integration | None]] = {}


def sender(psa: str, webhook_id: str, call: WebhookCall) -> Integration | None:
    """Return the integration with this PSA if the caller knows its webhook secret, else None.

    The old secret is accepted too until it is dropped. Unknown addresses take the same path through this code, so
    that the timing does not reveal which ones exist. Raises UnknownKey if the delivery has to be repeated.
    """
    found, webhooks = _find(webhook_id), adapter_of(psa).webhooks
    if webhooks.hosted_keys is not None:
        return _signed_by_psa(found if found and found.psa == psa else None, webhooks, webhooks.hosted_keys, call)
    login = _login(found) if found else NOBODY
    kept = (found.webhook_secret, found.webhook_old_secret) if found else (None, None)
    secrets = [each.reveal() if each else NO_SECRET for each in kept]
    given = webhooks.proof(login, call)
    # Compare all of them, even after a match, for constant timing.
    right = [
        _same(given, webhooks.expected_proof(login, secret, call.body)) & (secret != NO_SECRET) for secret in secrets
    ]
    return found if found is not None and found.psa == psa and any(right) else None


def _signed_by_psa(
    found: Integration | None, webhooks: WebhookFormat, hosted: HostedKeys, call: WebhookCall
) -> Integration | None:
    given = webhooks.proof(NOBODY, call)
    address = hosted.address_of(found.connection, call.body) if found is not None else None
    if found is None or address is None or not given:
        _same(given, webhooks.expected_proof(NOBODY, NO_SECRET, call.body))
        return None
    key = signing_keys.known(found, address)
    if key is None:
        raise UnknownKey(signing_keys.request(found, address))
    if _same(given, webhooks.expected_proof(NOBODY, key.reveal(), call.body)):
        return found
    signing_keys.request(found, address)  # the PSA may sign with another key by now
    return None


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
            ids = (webhook_id, webhook_id.lower(), webhook_id.lower()[:LENGTH_OF_ID])
            found = next(iter(Integration.raw(FIND.format(placeholder()), *ids)), None)
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
        _lately[webhook_id] = (now + REMEMBERED, found)
    return found


def proof_headers(integration: Integration) -> frozenset[str]:
    """Return the headers, in lower case, that prove who called. They are never shown."""
    ours = {"authorization", "proxy-authorization", "cookie", integration.webhook_header.lower()}
    return adapter_of(integration.psa).webhooks.proof_headers | ours


def _login(integration: Integration) -> WebhookAuthentication:
    return WebhookAuthentication(integration.webhook_login, integration.webhook_header, integration.webhook_user)


def _same(given: str, expected: str) -> bool:
    """Compare in constant time, whatever the lengths."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
