"""The webhooks of all tenants, and their failures."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec

from portal.sandbox.webhooks.webhook import Webhook

W = TypeVar("W", bound=Webhook)


class Registered(msgspec.Struct, Generic[W], frozen=True):
    """A webhook with an id; `failures` counts what speaks for switching it off since it was saved."""

    id: str
    tenant: str
    webhook: W
    failures: int = 0
    failed_on: int = 0  # the day of the last failure, since 1970

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "tenant": self.tenant, **msgspec.to_builtins(self.webhook), "failures": self.failures}


class Register(Generic[W]):
    """`counted` returns a webhook after a delivery, with its failures, and switched off if there are too many."""

    def __init__(
        self,
        settings: type[W],
        counted: Callable[[Registered[W], bool], Registered[W]],
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._settings = settings
        self._counted = counted
        self._new_id = new_id
        self._lock = Lock()
        self._by_id: dict[str, Registered[W]] = {}

    def add(self, tenant: str, webhook: W) -> Registered[W]:
        with self._lock:
            return self._put(Registered(self._new_id(), tenant, webhook))

    def add_from(self, tenant: str, settings: Any) -> Registered[W]:
        """Add a webhook with these settings. Raises ValueError if they are invalid."""
        return self.add(tenant, msgspec.convert(settings, self._settings))

    def change(self, webhook_id: str, changes: dict[str, Any]) -> Registered[W]:
        """Save a changed webhook. Raises KeyError if it does not exist, ValueError if it is invalid."""
        with self._lock:
            found = self._by_id[webhook_id]
            webhook = msgspec.convert({**msgspec.to_builtins(found.webhook), **changes}, self._settings)
            return self._put(Registered(found.id, found.tenant, webhook))

    def remove(self, webhook_id: str) -> None:
        """Remove a webhook. Raises KeyError if it does not exist."""
        with self._lock:
            del self._by_id[webhook_id]

    def of(self, tenant: str) -> list[Registered[W]]:
        with self._lock:
            return [each for each in self._by_id.values() if each.tenant == tenant]

    def active(self, webhook_id: str) -> Registered[W] | None:
        """Return the webhook; None if it was removed or is switched off."""
        with self._lock:
            found = self._by_id.get(webhook_id)
            return found if found and found.webhook.active else None

    def count(self, webhook_id: str, *, failed: bool) -> None:
        """Count a delivery."""
        with self._lock:
            found = self._by_id.get(webhook_id)
            if found is not None:
                self._put(self._counted(found, failed))

    def _put(self, registered: Registered[W]) -> Registered[W]:
        self._by_id[registered.id] = registered
        return registered
