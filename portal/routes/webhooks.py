"""The address that Halo calls. No person is logged in here: the long random id in the address is the key."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from portal.config import Config
from portal.models.integrations import Integration
from portal.routes.login import csrf
from portal.services import deliveries

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(bp)  # Halo has no session whose token it could send


@bp.post("/halo/<webhook_id>")
def receive(webhook_id: str) -> ResponseReturnValue:
    """Note that a delivery came; answers with an empty page."""
    integration = deliveries.find(webhook_id)
    # Read first: a body that is too large is refused as such, whatever it calls itself.
    request.get_data()
    if not request.is_json or request.get_json(silent=True) is None:
        raise UnsupportedMediaType
    deliveries.note(integration)
    return "", 200


def payload_url(integration: Integration) -> str:
    """Return the address to type into Halo's Payload URL."""
    config: Config = current_app.config["PORTAL"]
    root = config.public_url or request.host_url.rstrip("/")
    return f"{root}/webhooks/halo/{integration.webhook_id}"
