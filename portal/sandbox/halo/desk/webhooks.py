"""The desk's way to a simulated Halo's webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portal.sandbox.desk.parts import Registered as DeskRegistered
from portal.sandbox.desk.webhooks.webhooks import Webhooks
from portal.sandbox.halo.details import whole
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.event import ENTITY_WORDS, Event
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.webhooks.deliveries import Delivery
from portal.sandbox.webhooks.register import Registered


class HaloWebhooks(Webhooks):
    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        self._instance = instance
        self._tenant = tenant

    def registered(self) -> list[Registered[Webhook]]:
        return self._instance.webhooks.register.of(self._tenant.name)

    def summary(self, webhook: Webhook) -> str:
        batching = "one by one" if webhook.batching == "none" else webhook.batching
        authentication = webhook.authentication if webhook.authentication != "none" else "no authentication"
        return f"{webhook.form} · {batching} · {authentication}"

    def add(self, webhook: Webhook) -> None:
        if webhook.authentication == "basic" and not (webhook.user or webhook.secret):
            webhook = msgspec.structs.replace(webhook, authentication="none")
        self._instance.webhooks.register.add(self._tenant.name, webhook)

    def change(self, webhook_id: str, changes: dict[str, Any]) -> None:
        self._instance.webhooks.register.change(webhook_id, changes)

    def remove(self, webhook_id: str) -> None:
        self._instance.webhooks.register.remove(webhook_id)

    def send(
        self,
        receivers: Sequence[tuple[DeskRegistered, Webhook]],
        kind: str,
        numbers: Sequence[int],
        happened: str,
        options: Mapping[str, str],
    ) -> str:
        word = options.get("word") or self._instance.knobs.entity_words.get(kind) or ENTITY_WORDS[kind]
        text = options.get("event") or _event_text(word, happened)
        topic = f"{kind} {happened if happened in {'created', 'deleted'} else 'updated'}"
        now = self._instance.clock.now()
        events = [Event(topic, text, word, number, self._fields(kind, number), now) for number in numbers]
        for registered, shaped in receivers:
            to = Registered(registered.id, self._tenant.name, shaped, registered.failures)
            self._instance.webhooks.send(to, events)
        return text

    def post(self, webhook_id: str, body: bytes, content_type: str) -> None:
        self._instance.webhooks.post(webhook_id, body, content_type, self._instance.clock.now())

    def repeat(self, number: int) -> Delivery:
        delivery = self._instance.webhooks.deliveries.get(number)
        if delivery.tenant != self._tenant.name:
            raise KeyError(number)
        self._instance.webhooks.repeat(delivery, self._instance.clock.now())
        return delivery

    def deliveries(self, limit: int) -> list[Delivery]:
        return self._instance.webhooks.deliveries.newest(self._tenant.name, limit)

    def last(self, webhook_id: str) -> Delivery | None:
        return self._instance.webhooks.deliveries.last(webhook_id)

    def flush(self, timeout: float) -> bool:
        return self._instance.webhooks.sender.flush(timeout)

    def _fields(self, kind: str, number: int) -> dict[str, Any]:
        """Return the whole record, or just its id if there is none."""
        row = self._tenant.tables[kind].get(number)
        return whole(self._tenant, RECORD_TYPES[kind], row) if row else {"id": number}


def _event_text(word: str, happened: str) -> str:
    noun = word.replace("_", " ").lower()
    return f"new {noun}" if happened == "created" else f"{noun} {happened}"
