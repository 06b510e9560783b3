"""All about webhooks of one sandbox: whoever changes something tells it here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future

import msgspec

from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.webhooks.deliveries import Deliveries, Delivery
from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.payload import payloads
from portal.sandbox.halo.webhooks.register import Register, Registered
from portal.sandbox.halo.webhooks.sender import Parcel, Sender


class Webhooks:
    """The register, the log, and the sender between them."""

    def __init__(self, knobs: Callable[[], Knobs]) -> None:
        self._knobs = knobs
        self.register = Register()
        self.deliveries = Deliveries()
        self.sender = Sender(self.register, self.deliveries, lambda: knobs().webhook_timeout)

    def has_listeners(self, tenant: str) -> bool:
        return any(each.webhook.active for each in self.register.of(tenant))

    def tell(self, tenant: str, events: Sequence[Event]) -> None:
        """Write each active webhook of the tenant what it wants to know, and queue that."""
        for registered in self.register.of(tenant):
            if registered.webhook.active:
                wanted = [event for event in events if registered.webhook.wants(event.topic)]
                self._put(_parcels(registered, wanted))

    def send(self, registered: Registered, events: Sequence[Event]) -> None:
        """Queue for this webhook alone, in the form that `registered` has, whatever it is set up to be told."""
        self._put(_parcels(registered, events))

    def repeat(self, delivery: Delivery, now: float) -> None:
        """Queue once more what was delivered, as it was. KeyError if its webhook is gone, or is switched off."""
        if self.register.active(delivery.webhook_id) is None:
            raise KeyError(delivery.webhook_id)
        again = _again(delivery, now)
        self._put([Parcel(again, again.request.encode())])

    def post(self, webhook_id: str, body: bytes, content_type: str, now: float) -> Future[Delivery]:
        """Send anything, after all that waits. KeyError for a webhook that is not there, or is switched off."""
        registered = self.register.active(webhook_id)
        if registered is None:
            raise KeyError(webhook_id)
        promise: Future[Delivery] = Future()
        self._put([Parcel(_delivery(registered, "", [], body, now), body, content_type, promise)])
        return promise

    def _put(self, parcels: Iterable[Parcel]) -> None:
        self.sender.put(parcels, limit=self._knobs().webhook_queue)


def _parcels(registered: Registered, events: Sequence[Event]) -> Iterator[Parcel]:
    for batch, body in payloads(registered.webhook, registered.id, events):
        ids = [event.object_id for event in batch]
        delivery = _delivery(registered, batch[0].event, ids, body, batch[0].moment)
        yield Parcel(delivery, body, registered.webhook.content_type)


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
