"""The Webhooks page: webhooks with their settings, forms to send events, and the latest deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.sandbox.halo.desk.desk_request import DeskRequest, Form, FormResult, PageNotFound
from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.switches.controls import Control, controls
from portal.sandbox.halo.desk.webhooks.send import HAPPENED, SEND_VERBS, SHAPES
from portal.sandbox.halo.desk.webhooks.setup import SETUP_VERBS
from portal.sandbox.halo.desk.webhooks.words import WEBHOOK
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.webhooks.deliveries import Delivery
from portal.sandbox.webhooks.register import Registered

_SHOWN = 50
VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {**SETUP_VERBS, **SEND_VERBS}


@dataclass(frozen=True)
class Listener:
    registered: Registered[Webhook]
    last: Delivery | None
    controls: list[Control]


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    webhooks, typed = desk_request.instance.webhooks, desk_request.typed
    listeners = [
        Listener(each, webhooks.deliveries.last(each.id), controls(each.webhook, WEBHOOK, typed=_of(typed, each.id)))
        for each in webhooks.register.of(desk_request.tenant.name)
    ]
    start = Webhook("http://127.0.0.1", authentication="basic")
    new = controls(start, WEBHOOK, typed=typed if typed and typed.text("do") == "add_webhook" else None)
    return page(
        desk_request,
        "webhooks.html",
        listeners=listeners,
        new=new,
        shapes=controls(start, WEBHOOK, names=SHAPES),
        kinds=tuple(RECORD_TYPES),
        happened=HAPPENED,
        deliveries=webhooks.deliveries.newest(desk_request.tenant.name, _SHOWN),
        addresses={each.registered.id: each.registered.webhook.url for each in listeners},
        typed=typed,
    )


def _of(typed: Form | None, webhook_id: str) -> Form | None:
    return typed if typed and (typed.text("do"), typed.text("id")) == ("save_webhook", webhook_id) else None
