"""ConnectWise's callbacks at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.sandbox.connectwise.callbacks.callback import RECORD_TYPE_OF, Callback
from portal.sandbox.connectwise.callbacks.event import Event
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.desk.webhooks.desk_webhooks import DeskWebhooks, ManualEvents
from portal.sandbox.webhooks.deliveries import Delivery


class DeskCallbacks(DeskWebhooks):
    def __init__(self, instance: Instance, tenant: Tenant) -> None:
        super().__init__(instance, tenant)
        self._records = tenant

    def summary(self, webhook: Callback) -> str:
        return f"{webhook.type} · {'all records' if webhook.level == 'owner' else f'record {webhook.object_id}'}"

    def fits(self, webhook: Callback, kind: str) -> bool:
        return RECORD_TYPE_OF[webhook.type] == kind

    def event_of(self, delivery: Delivery) -> str:
        """Add the type, which its callback knows while it is registered."""
        types = {each.id: each.webhook.type for each in self.registered()}
        return f"{types.get(delivery.webhook_id, '')} {delivery.event}".strip() if delivery.event else ""

    def events(self, kind: str, numbers: Sequence[int], happened: str, options: Mapping[str, str]) -> ManualEvents:
        del options
        now = self._clock.now()
        return ManualEvents(
            happened, [Event(kind, happened, number, self._fields(kind, number), now) for number in numbers]
        )

    def _fields(self, kind: str, number: int) -> dict[str, Any]:
        """Return the whole record, or just its id if there is none."""
        row = self._records.tables[kind].get(number)
        return row.fields() if row else {"id": number}
