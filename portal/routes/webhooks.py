"""The webhook as the pages show it: what to type into Halo, and whether something has come."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.config import Config
from portal.models.integrations import Integration
from portal.routes import access
from portal.vault import Secret


@dataclass(frozen=True)
class Endpoint:
    """What to type into Halo's webhook. `secret` is None for people who may not see it."""

    url: str
    user: str
    secret: Secret | None


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
