"""The webhooks of all tenants, and their failures."""

from __future__ import annotations

from threading import Lock
from typing import Any
from uuid import uuid4

import msgspec

from portal.sandbox.halo.webhooks.webhook import Webhook


class Registered(msgspec.Struct, frozen=True):
    """A webhook with an id; `failures` counts consecutive failures since it was saved."""

    id: str
    tenant: str
    webhook: Webhook
    failures: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "tenant": self.tenant, **msgspec.to_builtins(self.webhook), "failures": self.failures}


class Register:
    def __init__(self) -> None:
        self._lock = Lock()
        self._by_id: dict[str, Registered] = {}

    def add(self, tenant: str, webhook: Webhook) -> Registered:
        with self._lock:
            return self._put(Registered(str(uuid4()), tenant, webhook))

    def change(self, webhook_id: str, changes: dict[str, Any]) -> Registered:
        """Save a changed webhook. Raises KeyError if it does not exist, ValueError if it is invalid."""
        with self._lock:
            found = self._by_id[webhook_id]
            webhook = msgspec.convert({**msgspec.to_builtins(found.webhook), **changes}, Webhook)
            return self._put(Registered(found.id, found.tenant, webhook))

    def remove(self, webhook_id: str) -> None:
        """Remove a webhook. Raises KeyError if it does not exist."""
        with self._lock:
            del self._by_id[webhook_id]

    def of(self, tenant: str) -> list[Registered]:
        with self._lock:
            return [each for each in self._by_id.values() if each.tenant == tenant]

    def active(self, webhook_id: str) -> Registered | None:
        """Return the webhook; None if it was removed or is switched off."""
        with self._lock:
            found = self._by_id.get(webhook_id)
            return found if found and found.webhook.active else None

    def count(self, webhook_id: str, *, failed: bool) -> None:
        """Count a delivery. After enough consecutive failures the webhook is switched off, as in Halo."""
        with self._lock:
            found = self._by_id.get(webhook_id)
            if found is None:
                return
            failures = found.failures + 1 if failed else 0
            webhook = found.webhook
            if webhook.disable_after and failures >= webhook.disable_after:
                webhook = msgspec.structs.replace(webhook, active=False)
            self._put(Registered(found.id, found.tenant, webhook, failures))

    def _put(self, registered: Registered) -> Registered:
        self._by_id[registered.id] = registered
        return registered
