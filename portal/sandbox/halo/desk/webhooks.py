"""Halo's webhooks at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portal.sandbox.desk.webhooks.desk_webhooks import DeskWebhooks, ManualEvents
from portal.sandbox.halo.details import whole
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.event import ENTITY_WORDS, Event
from portal.sandbox.halo.webhooks.webhook import Webhook


class HaloDeskWebhooks(DeskWebhooks):
    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        super().__init__(instance, tenant)
        self._instance = instance
        self._records = tenant

    def summary(self, webhook: Webhook) -> str:
        batching = "one by one" if webhook.batching == "none" else webhook.batching
        authentication = webhook.authentication if webhook.authentication != "none" else "no authentication"
        return f"{webhook.form} · {batching} · {authentication}"

    def add(self, webhook: Webhook) -> None:
        if webhook.authentication == "basic" and not (webhook.user or webhook.secret):
            webhook = msgspec.structs.replace(webhook, authentication="none")
        super().add(webhook)

    def events(self, kind: str, numbers: Sequence[int], happened: str, options: Mapping[str, str]) -> ManualEvents:
        word = options.get("word") or self._instance.knobs.entity_words.get(kind) or ENTITY_WORDS[kind]
        text = options.get("event") or _event_text(word, happened)
        topic = f"{kind} {happened if happened in {'created', 'deleted'} else 'updated'}"
        now = self._instance.clock.now()
        return ManualEvents(
            text, [Event(topic, text, word, number, self._fields(kind, number), now) for number in numbers]
        )

    def _fields(self, kind: str, number: int) -> dict[str, Any]:
        """Return the whole record, or just its id if there is none."""
        row = self._records.tables[kind].get(number)
        return whole(self._records, RECORD_TYPES[kind], row) if row else {"id": number}


def _event_text(word: str, happened: str) -> str:
    noun = word.replace("_", " ").lower()
    return f"new {noun}" if happened == "created" else f"{noun} {happened}"
