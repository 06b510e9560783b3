"""The webhook's address and credentials as pages show them, and its latest delivery."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.config import Config
from portal.models.integrations import Integration
from portal.models.webhooks import WebhookLogin
from portal.psa.registry import adapter_of
from portal.routes.web import current
from portal.services.webhooks import webhook_secrets
from portal.vault import Secret


@dataclass(frozen=True)
class Endpoint:
    """The values to enter at the PSA. `url`, `user` and `secret` are None for people who may not see them.

    `header` matters only to logins that use a header. `rotating` means that the previous secret is still valid too.
    Unless `has_secret`, the PSA signs its deliveries itself, and the URL is all there is to enter.
    """

    url: str | None
    login: WebhookLogin
    user: str | None
    header: str
    secret: Secret | None
    rotating: bool
    has_secret: bool


def endpoint_of(integration: Integration) -> Endpoint:
    """Return the webhook's address and credentials, as far as the current person may see them."""
    config: Config = current_app.config["PORTAL"]
    root = config.public_url or request.host_url.rstrip("/")
    is_admin, ending = current.user().is_admin, adapter_of(integration.psa).webhooks.address_ending
    return Endpoint(
        url=f"{root}/webhooks/{integration.psa}/{integration.webhook_id}{ending}" if is_admin else None,
        login=WebhookLogin(integration.webhook_login),
        user=integration.webhook_user if is_admin else None,
        header=integration.webhook_header,
        secret=integration.webhook_secret if is_admin else None,
        rotating=webhook_secrets.is_rotating(integration),
        has_secret=webhook_secrets.is_used(integration),
    )


def delivery(integration: Integration) -> ResponseReturnValue:
    """Answer a poll: nothing until a newer delivery than the page shows has arrived."""
    newest = integration.last_delivery_at
    if request.args.get("seen") == (newest and newest.isoformat()):
        return "", 204
    return make_response(
        render_template("shared/webhook/_delivery.html", integration=integration, poll=request.endpoint)
    )
