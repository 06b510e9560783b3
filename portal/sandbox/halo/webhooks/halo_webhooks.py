"""Halo's webhooks: what is sent, how it proves its sender, and when one is switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.payload import payloads
from portal.sandbox.halo.webhooks.signing import proof
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.knobs import Knobs
from portal.sandbox.webhooks.register import Register, Registered
from portal.sandbox.webhooks.sender import QueuedPost, Rules
from portal.sandbox.webhooks.webhooks import Webhooks, delivery_of


class _HaloRules(Rules[Webhook]):
    """Halo never sends a webhook twice."""

    def __init__(self, knobs: Callable[[], Knobs]) -> None:
        self._knobs = knobs

    def headers(self, webhook: Webhook, registered_id: str, body: bytes) -> dict[str, str]:
        del registered_id
        return {"User-Agent": "Halo", **proof(webhook, body)}

    def timeout(self) -> float:
        return self._knobs().webhook_timeout


class HaloWebhooks(Webhooks[Webhook]):
    def __init__(self, knobs: Callable[[], Knobs]) -> None:
        super().__init__(Register(Webhook, _counted), _HaloRules(knobs), knobs)

    def is_wanted(self, webhook: Webhook, event: Event) -> bool:
        return webhook.wants(event.topic)

    def queued(self, registered: Registered[Webhook], events: Sequence[Event]) -> Iterator[QueuedPost]:
        for batch, body in payloads(registered.webhook, registered.id, events):
            ids = [event.object_id for event in batch]
            delivery = delivery_of(registered, batch[0].event, ids, body, batch[0].moment)
            yield QueuedPost(delivery, body, registered.webhook.content_type)


def _counted(found: Registered[Webhook], failed: bool) -> Registered[Webhook]:  # noqa: FBT001 - the register's own
    """Count failures in a row. After enough of them Halo switches the webhook off."""
    failures, webhook = found.failures + 1 if failed else 0, found.webhook
    if webhook.disable_after and failures >= webhook.disable_after:
        webhook = msgspec.structs.replace(webhook, active=False)
    return Registered(found.id, found.tenant, webhook, failures)
