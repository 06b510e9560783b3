"""The webhooks of one sandbox. All changes are announced here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future

import msgspec

from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.webhooks.deliveries import Deliveries, Delivery
from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.payload import payloads
from portal.sandbox.halo.webhooks.register import Register, Registered
from portal.sandbox.halo.webhooks.sender import QueuedPost, Sender


class Webhooks:
    """Combines the register, the delivery log and the sender."""

    def __init__(self, knobs: Callable[[], Knobs]) -> None:
        self._knobs = knobs
        self.register = Register()
        self.deliveries = Deliveries()
        self.sender = Sender(self.register, self.deliveries, lambda: knobs().webhook_timeout)

    def has_listeners(self, tenant: str) -> bool:
        return any(each.webhook.active for each in self.register.of(tenant))

    def publish(self, tenant: str, events: Sequence[Event]) -> None:
        """Queue payloads for all active webhooks of the tenant that subscribe to these events."""
        for registered in self.register.of(tenant):
            if registered.webhook.active:
                wanted = [event for event in events if registered.webhook.wants(event.topic)]
                self._put(_queued_posts(registered, wanted))

    def send(self, registered: Registered, events: Sequence[Event]) -> None:
        """Queue events for this webhook only, formatted as in `registered`, regardless of its subscriptions."""
        self._put(_queued_posts(registered, events))

    def repeat(self, delivery: Delivery, now: float) -> None:
        """Queue a delivery again, unchanged. Raises KeyError if its webhook was removed or is switched off."""
        if self.register.active(delivery.webhook_id) is None:
            raise KeyError(delivery.webhook_id)
        again = _again(delivery, now)
        self._put([QueuedPost(again, again.request.encode())])

    def post(self, webhook_id: str, body: bytes, content_type: str, now: float) -> Future[Delivery]:
        """Queue any body. Raises KeyError if the webhook does not exist or is switched off."""
        registered = self.register.active(webhook_id)
        if registered is None:
            raise KeyError(webhook_id)
        promise: Future[Delivery] = Future()
        self._put([QueuedPost(_delivery(registered, "", [], body, now), body, content_type, promise)])
        return promise

    def _put(self, queued_posts: Iterable[QueuedPost]) -> None:
        self.sender.put(queued_posts, limit=self._knobs().webhook_queue)


def _queued_posts(registered: Registered, events: Sequence[Event]) -> Iterator[QueuedPost]:
    for batch, body in payloads(registered.webhook, registered.id, events):
        ids = [event.object_id for event in batch]
        delivery = _delivery(registered, batch[0].event, ids, body, batch[0].moment)
        yield QueuedPost(delivery, body, registered.webhook.content_type)


def _again(delivery: Delivery, now: float) -> Delivery:
    return msgspec.structs.replace(delivery, number=0, time=now, status=None, response="", ms=0.0, error=None)


def _delivery(registered: Registered, event: str, ids: list[int], body: bytes, moment: float) -> Delivery:
    return Delivery(
        time=moment,
        tenant=registered.tenant,
        webhook_id=registered.id,
        event=event,
        object_ids=ids,
        request=body.decode("utf-8", "replace"),
    )
