"""What Halo tells us by webhook."""

from __future__ import annotations

import hashlib
import hmac

from portal import clock
from portal.models.integrations import Integration


def sender(webhook_id: str, user: str, password: str) -> Integration | None:
    """Return the integration whose webhook was called with its own user name and secret, None when any is wrong.

    An address that does not exist takes the same way through, so that nobody can find out which ones do.
    """
    integration: Integration | None = Integration.get_or_none(Integration.webhook_id == webhook_id)
    secret = integration.webhook_secret if integration else None
    expected = (integration.webhook_user, secret.reveal()) if integration and secret else ("", "")
    # Both are compared whatever the first one said, and nobody gets in where no secret was made.
    right = _same(user, expected[0]) & _same(password, expected[1]) & bool(secret)
    return integration if right else None


def note(integration: Integration) -> None:
    """Remember when the last delivery came."""
    Integration.update(last_delivery_at=clock.now()).where(Integration.id == integration.id).execute()


def _same(given: str, expected: str) -> bool:
    """Compare in a time that tells neither how much was right nor how long it is."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
