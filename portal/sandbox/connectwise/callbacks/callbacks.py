"""Sends callbacks: their body, signature, retries, and when one is switched off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from portal.sandbox.connectwise.callbacks.callback import Callback, guid_of
from portal.sandbox.connectwise.callbacks.event import Event
from portal.sandbox.connectwise.callbacks.signing import HEADER, signature
from portal.sandbox.record_factory import DAY
from portal.sandbox.webhooks.register import Register, Registered
from portal.sandbox.webhooks.sender import QueuedPost, Rules
from portal.sandbox.webhooks.webhooks import Webhooks, delivery_of

if TYPE_CHECKING:
    from portal.sandbox.connectwise.instance import Instance

_REPEATED_AFTER = frozenset({404, 409, 419, 429})
_DAYS = 3  # of failures in a row, after which ConnectWise switches a callback off
_FIRST_ID = 26_559


class _ConnectWiseRules(Rules[Callback]):
    """Only a few refusals are tried again, and never an error of the receiver's server."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def headers(self, webhook: Callback, registered_id: str, body: bytes) -> dict[str, str]:
        del webhook
        tenant = self._instance.tenant(self._instance.webhooks.tenant_of(registered_id))
        key = tenant.signing_key
        if self._instance.knobs.bad_signature:
            key = f"not {key}"
        return {HEADER: signature(key, body)}

    def timeout(self) -> float:
        return self._instance.knobs.webhook_timeout

    def pause_after(self, status: int | None, attempt: int) -> float | None:
        pauses = self._instance.knobs.callback_pauses
        return pauses[attempt - 1] if status in _REPEATED_AFTER and attempt <= len(pauses) else None


class Callbacks(Webhooks[Callback]):
    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        numbers = count(_FIRST_ID)
        register = Register(Callback, self._counted, lambda: str(next(numbers)))
        super().__init__(register, _ConnectWiseRules(instance), lambda: instance.knobs)

    def tenant_of(self, registered_id: str) -> str | None:
        owners = (each.name for each in self._instance.tenants)
        return next((name for name in owners if registered_id in {r.id for r in self.register.of(name)}), None)

    def is_wanted(self, webhook: Callback, event: Event) -> bool:
        return webhook.wants(event.kind, event.number)

    def queued(self, registered: Registered[Callback], events: Sequence[Event]) -> Iterator[QueuedPost]:
        knobs = self._instance.knobs
        for event in reversed(events) if knobs.reordered_callbacks else events:
            body = msgspec.json.encode(self._body(registered, event))
            target = _target(registered.webhook, event)
            delivery = delivery_of(registered, event.action, [event.number], body, event.moment, target)
            for _ in range(2 if knobs.doubled_callbacks else 1):
                yield QueuedPost(delivery, body, target=target)

    def _body(self, registered: Registered[Callback], event: Event) -> dict[str, Any]:
        entity = None if event.action == "deleted" else msgspec.json.encode(event.summary()).decode()
        url = self._instance.url
        codebase = self._instance.knobs.codebase
        query = f"companyName={registered.tenant}&id={guid_of(registered)}"
        own_key_url = f"{url}/{codebase}/system/callbackkey/index.rails?{query}"
        return {
            "Action": event.action,
            "CallbackObjectRecId": int(registered.id),
            "CompanyId": registered.tenant,
            "Entity": entity,
            "FromUrl": url.partition("//")[2],
            "ID": event.number,
            "MemberId": "ScopableSync",
            "MessageId": str(uuid4()),
            "Metadata": {"key_url": self._instance.knobs.key_url or own_key_url},
            "PartnerId": None,
            "ProductInstanceId": guid_of(registered),
            "Type": registered.webhook.type,
        }

    def _counted(self, found: Registered[Callback], failed: bool) -> Registered[Callback]:  # noqa: FBT001
        """Count the days in a row that had a failure and no success since."""
        if not failed:
            return Registered(found.id, found.tenant, found.webhook)
        today = int(self._instance.clock.now() // DAY)
        failures = found.failures
        if found.failed_on != today or not failures:
            failures = failures + 1 if found.failed_on == today - 1 else 1
        callback = found.webhook
        if failures >= _DAYS:
            callback = msgspec.structs.replace(callback, active=False)
        return Registered(found.id, found.tenant, callback, failures, today)


def _target(callback: Callback, event: Event) -> str:
    """Append the record's id and the action to the address as they are."""
    address = callback.address
    target = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    return f"{target}{event.number}&action={event.action}" if callback.appends_record else target
