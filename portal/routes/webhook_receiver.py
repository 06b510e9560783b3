"""Receives webhook deliveries: an application of its own beside the pages, without sessions, log-in or CSRF tokens.

It skips everything that only pages need: hundreds of deliveries a second may arrive, and each sender waits until its
delivery is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, NoReturn

import limits
from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import HTTPException, TooManyRequests, Unauthorized, UnsupportedMediaType

from portal import log
from portal.db import connected
from portal.jobs import refetches, signing_keys
from portal.jobs.bell import Bell
from portal.models.integrations import Integration
from portal.psa.adapter import PsaAdapter
from portal.psa.webhooks import WebhookCall
from portal.request_sizes import LARGEST_DELIVERY, QUEUE_FULL, webhook_path
from portal.routes.web.addresses import PsaConverter
from portal.routes.web.headers import HEADERS
from portal.services.webhooks import deliveries, delivery_store, senders
from portal.services.webhooks.inbox import Inbox
from portal.sync import catch_up

logger = log.get("portal.webhooks")

# A PSA may show these answers in its own log of deliveries.
MESSAGES: Final = {
    401: "The username, password, token or signature is wrong. Copy it again from the portal's Configuration tab.",
    413: "This delivery is larger than 2 MB. Set the webhook to send a small object with key fields.",
    415: "This isn't JSON. Set the webhook's format to JSON.",
    429: "The portal can't accept this delivery now. It will sync the missed changes automatically.",
}
# Counted in each process. More would only fill the disk; a sync catches up.
MOST_DELIVERIES: Final = limits.parse("60000 per 5 minutes")
# The same for the bytes that are stored: rows, headers, and bodies without pictures and other long texts.
MOST_BYTES: Final = limits.parse(f"{64 * 1024 * 1024} per 5 minutes")
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Intake(NamedTuple):
    """What all deliveries to a process share."""

    inbox: Inbox
    limiter: FixedWindowRateLimiter
    key_bell: Bell


def init_app(app: Flask) -> None:
    """Let the receiver answer below /webhooks, and the pages everything else."""
    receiver = Flask("portal.receiver", static_folder=None)
    inbox = Inbox(Bell(refetches.ring).ring_soon)
    intake = Intake(inbox, FixedWindowRateLimiter(MemoryStorage()), Bell(signing_keys.ring))
    app.extensions["intake"] = receiver.extensions["intake"] = intake
    receiver.config["MAX_CONTENT_LENGTH"] = LARGEST_DELIVERY
    receiver.url_map.converters["psa"] = PsaConverter
    receiver.post("/<psa:psa>/<webhook_id>")(receive)
    receiver.register_error_handler(HTTPException, refuse)
    receiver.register_error_handler(Exception, fail)
    app.wsgi_app = _beside(app.wsgi_app, receiver)  # type: ignore[assignment, method-assign]


def _beside(pages: WsgiApp, receiver: WsgiApp) -> WsgiApp:
    """Route /webhooks to the receiver, also if the address was copied with an extra slash, blanks or capitals."""

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        parts = webhook_path(environ.get("PATH_INFO", ""))
        if parts is None:
            return pages(environ, start_response)
        script = environ.get("SCRIPT_NAME", "") + "/webhooks"
        path = "/" + "/".join([*(part.lower() for part in parts[:1]), *parts[1:]])
        return receiver({**environ, "SCRIPT_NAME": script, "PATH_INFO": path}, start_response)

    return choose


def receive(psa: PsaAdapter, webhook_id: str) -> ResponseReturnValue:
    """Store a delivery, and answer with an empty page once it is committed."""
    # Read the body first: one that is too large gets 413, whoever sends it.
    body = request.get_data(cache=False)
    integration = sender(psa, webhook_id, body)
    if integration is None:
        senders.note_refusal(webhook_id, request.remote_addr or "")
        raise Unauthorized
    if QUEUE_FULL in request.environ:
        intake().inbox.miss(integration.id)
        raise TooManyRequests
    if not deliveries.is_readable(integration, body, request.content_type or ""):
        with connected():
            catch_up.request_soon(integration.id)
        raise UnsupportedMediaType
    if not intake().limiter.hit(MOST_DELIVERIES, str(integration.id)) or delivery_store.is_full(integration.id):
        reject(integration.id)
    arrival = deliveries.arrival(integration, request.headers.items(), body)
    if not intake().limiter.hit(MOST_BYTES, str(integration.id), cost=arrival.size):
        reject(integration.id)
    intake().inbox.put(arrival)
    return "", 200, HEADERS


def intake() -> Intake:
    found: Intake = current_app.extensions["intake"]
    return found


def sender(psa: PsaAdapter, webhook_id: str, body: bytes) -> Integration | None:
    """Return the integration that may be delivered to. While the key is unknown, the sender has to repeat."""
    try:
        return senders.sender(psa.slug, webhook_id, WebhookCall(lambda name: request.headers.get(name, ""), body))
    except senders.UnknownKey as unknown:
        if unknown.key_id is not None:
            intake().key_bell.ring_soon({unknown.key_id})
        raise TooManyRequests from unknown


def reject(integration_id: int) -> NoReturn:
    """Refuse a delivery because too many arrive at once or are stored already, and request a sync to catch up."""
    with connected():
        catch_up.request(integration_id)
        delivery_store.note_refusal(integration_id)
    raise TooManyRequests


def refuse(error: HTTPException) -> Response:
    status = error.code or 500
    text = f"{MESSAGES.get(status, 'This delivery was not accepted.')}\n"
    response = Response(text, status, HEADERS | {"Cache-Control": "no-store"}, content_type="text/plain")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Scopable webhook", charset="UTF-8"'
    elif status == 429:
        response.headers["Retry-After"] = "60"
    return response


def fail(error: Exception) -> Response:
    """Answer an error of our own with 429: PSAs take that for a temporary failure."""
    logger.error("Delivery was not stored", exc_info=error)
    return refuse(TooManyRequests())
