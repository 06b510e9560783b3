"""The address that Halo calls. No person is logged in here: a user name and a secret come with each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, Unauthorized, UnsupportedMediaType

from portal import log
from portal.config import Config
from portal.models.integrations import Integration
from portal.routes import access
from portal.routes.login import csrf
from portal.services import deliveries
from portal.vault import Secret

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(bp)  # Halo has no session whose token it could send

logger = log.get("portal.webhooks")

# Halo shows these on the webhook's Deliveries tab.
WORDS: Final = {
    401: "User name or password is wrong. Copy both again from the portal's Configuration tab.",
    413: "This delivery is too large.",
    415: "This is not JSON. Set the format of the webhook to JSON.",
}


@dataclass(frozen=True)
class Endpoint:
    """What to type into Halo's webhook. `secret` is None for people who may not see it."""

    url: str
    user: str
    secret: Secret | None


@bp.post("/halo/<webhook_id>")
def receive(webhook_id: str) -> ResponseReturnValue:
    """Note that a delivery came; answers with an empty page."""
    login = request.authorization
    integration = deliveries.sender(webhook_id, *_basic(login.parameters if login else {}))
    if integration is None:
        raise Unauthorized
    # Read first: a body that is too large is refused as such, whatever it calls itself.
    request.get_data()
    if not request.is_json or request.get_json(silent=True) is None:
        raise UnsupportedMediaType
    deliveries.note(integration)
    return "", 200


@bp.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    status = error.code or 500
    response = Response(f"{WORDS.get(status, 'This cannot be taken.')}\n", status, content_type="text/plain")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Scopable webhook", charset="UTF-8"'
    return response


@bp.errorhandler(Exception)
def fail(error: Exception) -> Response:
    """Ask for another try: what is broken here is no fault of the delivery."""
    logger.error("Delivery was not taken", exc_info=error)
    return Response("Try again in a minute.\n", 503, {"Retry-After": "60"}, content_type="text/plain")


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


def _basic(parameters: dict[str, str | None]) -> tuple[str, str]:
    return parameters.get("username") or "", parameters.get("password") or ""
