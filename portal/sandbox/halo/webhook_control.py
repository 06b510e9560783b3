"""The control API of webhooks, under /_sandbox/ like the rest.

GET, POST    /_sandbox/webhooks       ?tenant=  a tenant's webhooks; POST adds one (webhooks/webhook.py: Webhook)
POST, DELETE /_sandbox/webhooks/ID    POST changes what it names and saves the webhook anew; DELETE removes it
POST         /_sandbox/events         ?tenant=  events of no synced record (webhooks/event.py: HandMade)
POST         /_sandbox/posts/ID       {"body": base64, "content_type"}: any body; answers its delivery
GET          /_sandbox/deliveries     ?after= ?limit= and any field of a delivery as a filter
POST         /_sandbox/flush          {"timeout": seconds}: waits until all is sent
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from portal.sandbox.halo.ask import Ask, ControlError
from portal.sandbox.halo.webhooks.deliveries import Delivery
from portal.sandbox.halo.webhooks.event import HandMade, by_hand
from portal.sandbox.halo.webhooks.webhook import Webhook, is_one_line

_POST_SECONDS = 30.0


class _Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: bytes
    content_type: str = "application/json"

    def __post_init__(self) -> None:
        if not is_one_line(self.content_type):
            raise ValueError("a content type is printable ASCII")


def _list(ask: Ask) -> Any:
    return [each.told() for each in ask.instance.webhooks.register.of(ask.tenant().name)]


def _add_or_change(ask: Ask) -> Any:
    register = ask.instance.webhooks.register
    if ask.rest:
        return register.change(ask.rest[0], ask.body).told()
    return register.add(ask.tenant().name, msgspec.convert(ask.body, Webhook)).told()


def _remove(ask: Ask) -> Any:
    ask.instance.webhooks.register.remove(ask.rest[0])
    return {}


def _tell(ask: Ask) -> Any:
    events = by_hand(msgspec.convert(ask.body, HandMade), ask.instance.clock.now())
    ask.instance.webhooks.tell(ask.tenant().name, events)
    return {}


def _post(ask: Ask) -> Any:
    post = msgspec.convert(ask.body, _Post)
    promise = ask.instance.webhooks.post(ask.rest[0], post.body, post.content_type, ask.instance.clock.now())
    try:
        return promise.result(_POST_SECONDS)
    except TimeoutError:
        raise ControlError("it still waits to be sent") from None


def _deliveries(ask: Ask) -> Any:
    wanted = dict(ask.query)
    after, limit = int(wanted.pop("after", 0)), int(wanted.pop("limit", 1000))
    unknown = wanted.keys() - set(Delivery.__struct_fields__)
    if unknown:
        raise ControlError(f"deliveries have no field {', '.join(sorted(unknown))}")
    return ask.instance.webhooks.deliveries.entries(after=after, limit=limit, **wanted)


def _flush(ask: Ask) -> Any:
    if not ask.instance.webhooks.sender.flush(ask.body["timeout"]):
        raise ControlError("not all webhooks are sent yet")
    return {}


WEBHOOK_VERBS: dict[tuple[str, str], Callable[[Ask], Any]] = {
    ("GET", "webhooks"): _list,
    ("POST", "webhooks"): _add_or_change,
    ("DELETE", "webhooks"): _remove,
    ("POST", "events"): _tell,
    ("POST", "posts"): _post,
    ("GET", "deliveries"): _deliveries,
    ("POST", "flush"): _flush,
}
