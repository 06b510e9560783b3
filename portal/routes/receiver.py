"""The address that Halo calls: an application of its own beside the pages, without sessions, log-in or tokens.

Nothing that a page needs is done for a delivery: hundreds a second may come, and each waits until it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn

import limits
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import HTTPException, TooManyRequests, Unauthorized, UnsupportedMediaType

from portal import log
from portal.db import connected
from portal.jobs.refetches import Bell
from portal.request_sizes import LARGEST_DELIVERY, QUEUE_FULL, webhook_path
from portal.routes.headers import HEADERS
from portal.services.webhooks import deliveries, delivery_store, senders
from portal.services.webhooks.inbox import Inbox
from portal.services.webhooks.senders import Call
from portal.sync import catch_up

logger = log.get("portal.webhooks")

# Halo shows these on the webhook's Deliveries tab.
WORDS: Final = {
    401: "The user name, password, token or signature is wrong. Copy it again from the portal's Configuration tab.",
    413: "This delivery is larger than 2 MB. In Halo, let the webhook send a small object with key fields.",
    415: "This is not JSON. Set the format of the webhook to JSON.",
    429: "This cannot be taken now. The portal asks for what it has missed by itself.",
}
# Counted in each process. What is more would only fill the disk: a sync catches up with it.
MOST_ARRIVALS: Final = limits.parse("60000 per 5 minutes")
# The same for what is kept of them: rows, headers, and bodies without pictures and other long texts.
MOST_BYTES: Final = limits.parse(f"{64 * 1024 * 1024} per 5 minutes")
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
arrivals = FixedWindowRateLimiter(MemoryStorage())
inbox = Inbox(Bell().ring_soon)


def init_app(app: Flask) -> None:
    """Let the receiver answer below /webhooks, and the pages everywhere else."""
    receiver = Flask("portal.receiver", static_folder=None)
    receiver.config["MAX_CONTENT_LENGTH"] = LARGEST_DELIVERY
    receiver.post("/halo/<webhook_id>")(receive)
    receiver.register_error_handler(HTTPException, refuse)
    receiver.register_error_handler(Exception, fail)
    app.wsgi_app = _beside(app.wsgi_app, receiver)  # type: ignore[assignment, method-assign]


def _beside(pages: WsgiApp, receiver: WsgiApp) -> WsgiApp:
    """Let the receiver answer addresses as people copy them: with a slash too many, blanks, or capitals."""

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        parts = webhook_path(environ.get("PATH_INFO", ""))
        if parts is None:
            return pages(environ, start_response)
        script = environ.get("SCRIPT_NAME", "") + "/webhooks"
        path = "/" + "/".join([*(part.lower() for part in parts[:1]), *parts[1:]])
        return receiver({**environ, "SCRIPT_NAME": script, "PATH_INFO": path}, start_response)

    return choose


def receive(webhook_id: str) -> ResponseReturnValue:
    """Store a delivery; answers with an empty page when it is stored for good."""
    # Read first: a body that is too large is refused as such, whoever sends it.
    body = request.get_data(cache=False)
    integration = senders.sender(webhook_id, Call(lambda name: request.headers.get(name, ""), body))
    if integration is None:
        senders.note_refusal(webhook_id, request.remote_addr or "")
        raise Unauthorized
    if QUEUE_FULL in request.environ:
        inbox.miss(integration.id)
        raise TooManyRequests
    if not deliveries.is_readable(integration, body, request.content_type or ""):
        with connected():
            catch_up.request_soon(integration.id)
        raise UnsupportedMediaType
    if not arrivals.hit(MOST_ARRIVALS, str(integration.id)) or delivery_store.is_full(integration.id):
        turn_away(integration.id)
    arrival = deliveries.arrival(integration, request.headers.items(), body)
    if not arrivals.hit(MOST_BYTES, str(integration.id), cost=arrival.size):
        turn_away(integration.id)
    inbox.put(arrival)
    return "", 200, HEADERS


def turn_away(integration_id: int) -> NoReturn:
    """Refuse a delivery because too much comes at once, or is kept; a sync at once makes up for it."""
    with connected():
        catch_up.request(integration_id)
        delivery_store.note_refusal(integration_id)
    raise TooManyRequests


def refuse(error: HTTPException) -> Response:
    status = error.code or 500
    text = f"{WORDS.get(status, 'This cannot be taken.')}\n"
    response = Response(text, status, HEADERS | {"Cache-Control": "no-store"}, content_type="text/plain")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Scopable webhook", charset="UTF-8"'
    elif status == 429:
        response.headers["Retry-After"] = "60"
    return response


def fail(error: Exception) -> Response:
    """Answer what is broken here as if too much had come: Halo takes that for a failure that passes."""
    logger.error("Delivery was not taken", exc_info=error)
    return refuse(TooManyRequests())
