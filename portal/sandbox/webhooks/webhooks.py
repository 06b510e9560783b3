"""The webhooks of one sandbox. All changes are announced here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

import msgspec

from portal.sandbox.knobs import Knobs
from portal.sandbox.webhooks.deliveries import Deliveries, Delivery
from portal.sandbox.webhooks.register import Register, Registered
from portal.sandbox.webhooks.sender import QueuedPost, Rules, Sender
from portal.sandbox.webhooks.webhook import Webhook

W = TypeVar("W", bound=Webhook)


class Webhooks(ABC, Generic[W]):
    """Combines the register, the delivery log and the sender. What an event looks like is each PSA's own."""

    def __init__(self, register: Register[W], rules: Rules[W], knobs: Callable[[], Knobs]) -> None:
        self._knobs = knobs
        self.register = register
        self.deliveries = Deliveries()
        self.sender = Sender(self.register, self.deliveries, rules)

    @abstractmethod
    def queued(self, registered: Registered[W], events: Sequence[Any]) -> Iterable[QueuedPost]:
        """Return the posts for these events, formatted as in `registered`."""

    @abstractmethod
    def is_wanted(self, webhook: W, event: Any) -> bool: ...

    def has_listeners(self, tenant: str) -> bool:
        return any(each.webhook.active for each in self.register.of(tenant))

    def publish(self, tenant: str, events: Sequence[Any]) -> None:
        """Queue payloads for all active webhooks of the tenant that subscribe to these events."""
        for registered in self.register.of(tenant):
            if registered.webhook.active:
                wanted = [event for event in events if self.is_wanted(registered.webhook, event)]
                self._put(self.queued(registered, wanted))

    def send(self, registered: Registered[W], events: Sequence[Any]) -> None:
        """Queue events for this webhook only, formatted as in `registered`, regardless of its subscriptions."""
        self._put(self.queued(registered, events))

    def repeat(self, delivery: Delivery, now: float) -> None:
        """Queue a delivery again, unchanged. Raises KeyError if its webhook was removed or is switched off."""
        if self.register.active(delivery.webhook_id) is None:
            raise KeyError(delivery.webhook_id)
        again = _again(delivery, now)
        self._put([QueuedPost(again, again.request.encode(), target=again.target)])

    def post(self, webhook_id: str, body: bytes, content_type: str, now: float) -> Future[Delivery]:
        """Queue any body. Raises KeyError if the webhook does not exist or is switched off."""
        registered = self.register.active(webhook_id)
        if registered is None:
            raise KeyError(webhook_id)
        promise: Future[Delivery] = Future()
        self._put([QueuedPost(delivery_of(registered, "", [], body, now), body, content_type, promise)])
        return promise

    def _put(self, queued_posts: Iterable[QueuedPost]) -> None:
        self.sender.put(queued_posts, limit=self._knobs().webhook_queue)


def _again(delivery: Delivery, now: float) -> Delivery:
    return msgspec.structs.replace(
        delivery, number=0, time=now, status=None, response="", ms=0.0, error=None, attempt=1
    )


def delivery_of(
    registered: Registered[Any], event: str, ids: list[int], body: bytes, moment: float, target: str = ""
) -> Delivery:
    return Delivery(
        time=moment,
        tenant=registered.tenant,
        webhook_id=registered.id,
        event=event,
        object_ids=ids,
        request=body.decode("utf-8", "replace"),
        target=target,
    )
