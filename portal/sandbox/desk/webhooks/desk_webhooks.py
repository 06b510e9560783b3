"""The webhooks of one tenant of a simulated PSA, as the desk reads and operates them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from portal.sandbox.instance import Instance
from portal.sandbox.tenant import Tenant
from portal.sandbox.webhooks.deliveries import Delivery
from portal.sandbox.webhooks.register import Registered


class ManualEvents(NamedTuple):
    """Events for the PSA's webhooks, and what the PSA calls what happened."""

    text: str
    events: Sequence[Any]


class DeskWebhooks(ABC):
    """Methods raise KeyError for a webhook or delivery that is gone or switched off."""

    def __init__(self, instance: Instance[Any], tenant: Tenant) -> None:
        self._webhooks = instance.webhooks
        self._clock = instance.clock
        self._tenant = tenant.name

    @abstractmethod
    def summary(self, webhook: Any) -> str:
        """Describe a webhook's settings in a line."""

    @abstractmethod
    def events(self, kind: str, numbers: Sequence[int], happened: str, options: Mapping[str, str]) -> ManualEvents:
        """Return events for these records, which need not exist."""

    def fits(self, webhook: Any, kind: str) -> bool:
        """Whether a webhook can be about this record type."""
        del webhook, kind
        return True

    def event_of(self, delivery: Delivery) -> str:
        """Return what a delivery told; empty for a body of somebody's own."""
        return delivery.event

    def registered(self) -> list[Registered[Any]]:
        return self._webhooks.register.of(self._tenant)

    def add(self, webhook: Any) -> None:
        self._webhooks.register.add(self._tenant, webhook)

    def change(self, webhook_id: str, changes: dict[str, Any]) -> None:
        self._webhooks.register.change(webhook_id, changes)

    def remove(self, webhook_id: str) -> None:
        self._webhooks.register.remove(webhook_id)

    def send(self, registered: Registered[Any], shaped: Any, events: Sequence[Any]) -> None:
        """Send events to a webhook, with these settings instead of its own."""
        self._webhooks.send(msgspec.structs.replace(registered, webhook=shaped), events)

    def post(self, webhook_id: str, body: bytes, content_type: str) -> None:
        """Send any body."""
        self._webhooks.post(webhook_id, body, content_type, self._clock.now())

    def repeat(self, number: int) -> Delivery:
        """Send a delivery again, and return it."""
        delivery = self._webhooks.deliveries.get(number)
        if delivery.tenant != self._tenant:
            raise KeyError(number)
        self._webhooks.repeat(delivery, self._clock.now())
        return delivery

    def deliveries(self, limit: int) -> list[Delivery]:
        """Return the latest deliveries, newest first."""
        return self._webhooks.deliveries.newest(self._tenant, limit)

    def last(self, webhook_id: str) -> Delivery | None:
        return self._webhooks.deliveries.last(webhook_id)

    def flush(self, timeout: float) -> bool:
        """Wait until everything is sent; return False on timeout."""
        return self._webhooks.sender.flush(timeout)
