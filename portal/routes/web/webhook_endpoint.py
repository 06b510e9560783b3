"""The webhook as the pages show it: what to type into Halo, and whether something has come."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.config import Config
from portal.models.integrations import Integration
from portal.models.webhooks import WebhookLogin
from portal.routes.web import access
from portal.services.webhooks import webhook_secrets
from portal.vault import Secret


@dataclass(frozen=True)
class Endpoint:
    """What to type into Halo's webhook. `url`, `user` and `secret` are None for people who may not see them; `header`
    counts where the login has one; `rotating` tells that the secret before this one is valid, too.
    """

    url: str | None
    login: WebhookLogin
    user: str | None
    header: str
    secret: Secret | None
    rotating: bool


def endpoint_of(integration: Integration) -> Endpoint:
    """Return what the person who is logged in may see of the webhook's address and credentials."""
    config: Config = current_app.config["PORTAL"]
    root = config.public_url or request.host_url.rstrip("/")
    is_admin = access.user().is_admin
    return Endpoint(
        url=f"{root}/webhooks/halo/{integration.webhook_id}" if is_admin else None,
        login=WebhookLogin(integration.webhook_login),
        user=integration.webhook_user if is_admin else None,
        header=integration.webhook_header,
        secret=integration.webhook_secret if is_admin else None,
        rotating=webhook_secrets.is_rotating(integration),
    )


def delivery(integration: Integration) -> ResponseReturnValue:
    """Answer a page that waits for deliveries: with nothing until there is a newer one than it has seen."""
    newest = integration.last_delivery_at
    if request.args.get("seen") == (newest and newest.isoformat()):
        return "", 204
    return make_response(render_template("halo/_delivery.html", integration=integration, poll=request.endpoint))
