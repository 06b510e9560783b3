"""The Webhooks page: webhooks with their settings, forms to send events, and the latest deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormResult, PageNotFound
from portal.sandbox.desk.render import page
from portal.sandbox.desk.switches.controls import Control, controls
from portal.sandbox.desk.webhooks.send import SEND_VERBS
from portal.sandbox.desk.webhooks.setup import SETUP_VERBS
from portal.sandbox.webhooks.deliveries import Delivery
from portal.sandbox.webhooks.register import Registered

_SHOWN = 50
VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {**SETUP_VERBS, **SEND_VERBS}


@dataclass(frozen=True)
class Listener:
    registered: Registered[Any]
    summary: str
    last: Delivery | None
    controls: list[Control]


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    webhooks, words, typed = desk_request.psa.webhooks, desk_request.description.webhooks, desk_request.typed
    is_new = typed is not None and typed.text("do") == "add_webhook"
    return page(
        desk_request,
        "webhooks.html",
        listeners=[_listener(desk_request, each) for each in webhooks.registered()],
        new=controls(words.new, words.words, typed=typed if is_new else None),
        is_new=is_new,
        shapes=controls(words.new, words.words, names=words.shapes),
        deliveries=webhooks.deliveries(_SHOWN),
        typed=typed,
    )


def _listener(desk_request: DeskRequest, registered: Registered[Any]) -> Listener:
    webhooks, words, typed = desk_request.psa.webhooks, desk_request.description.webhooks, desk_request.typed
    is_typed = typed is not None and (typed.text("do"), typed.text("id")) == ("save_webhook", registered.id)
    return Listener(
        registered,
        webhooks.summary(registered.webhook),
        webhooks.last(registered.id),
        controls(registered.webhook, words.words, typed=typed if is_typed else None),
    )
