"""The address that Halo calls. No person is logged in here: a user name and a secret come with each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import limits
from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import HTTPException, TooManyRequests, Unauthorized, UnsupportedMediaType

from portal import log
from portal.config import Config
from portal.jobs.rereads import Bell
from portal.models.integrations import Integration
from portal.routes import access
from portal.routes.login import csrf
from portal.services import deliveries, senders
from portal.services.inbox import Inbox
from portal.services.senders import Call
from portal.sync import catching_up
from portal.vault import Secret

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(bp)  # Halo has no session whose token it could send

logger = log.get("portal.webhooks")

# Halo shows these on the webhook's Deliveries tab.
WORDS: Final = {
    401: "The user name, password, token or signature is wrong. Copy it again from the portal's Configuration tab.",
    413: "This delivery is too large.",
    415: "This is not JSON. Set the format of the webhook to JSON.",
    429: "That is too much at once. The portal asks for what it has missed by itself.",
}
# Counted in each process. What is more would only fill the disk: a sync catches up with it.
MOST_ARRIVALS: Final = limits.parse("60000 per 5 minutes")
arrivals = FixedWindowRateLimiter(MemoryStorage())
inbox = Inbox(Bell().ring_soon)


@dataclass(frozen=True)
class Endpoint:
    """What to type into Halo's webhook. `secret` is None for people who may not see it."""

    url: str
    user: str
    secret: Secret | None


@bp.post("/halo/<webhook_id>")
def receive(webhook_id: str) -> ResponseReturnValue:
    """Store a delivery; answers with an empty page when it is stored for good."""
    # Read first: a body that is too large is refused as such, whoever sends it.
    body = request.get_data(cache=False)
    integration = senders.sender(webhook_id, Call(lambda name: request.headers.get(name, ""), body))
    if integration is None:
        raise Unauthorized
    if not request.is_json:
        raise UnsupportedMediaType
    if not arrivals.hit(MOST_ARRIVALS, str(integration.id)):
        catching_up.owe(integration.id)
        raise TooManyRequests
    inbox.put(deliveries.arrival(integration, request.headers.items(), body))
    return "", 200


@bp.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    status = error.code or 500
    response = Response(f"{WORDS.get(status, 'This cannot be taken.')}\n", status, content_type="text/plain")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Scopable webhook", charset="UTF-8"'
    elif status == 429:
        response.headers["Retry-After"] = "60"
    return response


@bp.errorhandler(Exception)
def fail(error: Exception) -> Response:
    """Ask for another try: what is broken here is no fault of the delivery. A sync will make up for it."""
    logger.error("Delivery was not taken", exc_info=error)
    return refuse(TooManyRequests())


def endpoint_of(integration: Integration) -> Endpoint:
    """Return what the person who is logged in may see of the webhook's address and credentials."""
    config: Config = current_app.config["PORTAL"]
    root = config.public_url or request.host_url.rstrip("/")
    url = f"{root}/webhooks/halo/{integration.webhook_id}"
    secret = integration.webhook_secret if access.user().is_admin else None
    return Endpoint(url, integration.webhook_user, secret)


def delivery(integration: Integration) -> ResponseReturnValue:
    """Answer a page that waits for the first delivery: with nothing until it has come."""
    if integration.last_delivery_at is None:
        return "", 204
    return make_response(render_template("halo/_delivery.html", integration=integration))
