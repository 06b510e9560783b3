"""The part of the Configuration tab that says how Halo authenticates at the webhook, and with which secret."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Conflict, Invalid
from portal.models.integrations import Integration
from portal.routes import access, configuration
from portal.routes.answers import wants_fragment
from portal.routes.configuration import bp
from portal.routes.webhook_forms import LoginForm
from portal.services.connecting import integrations
from portal.services.webhooks import silence, webhook_secrets

CARD = "halo/_webhook.html"


@bp.post("/webhook/login")
def change_webhook_login() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = LoginForm(integration)
    if not form.validate():
        return configuration.show(integration, CARD, 422, login_form=form)
    try:
        webhook_secrets.choose_login(
            integration, form.webhook_login.data, form.webhook_header.data or "", access.user()
        )
    except Invalid as error:
        form.blame(error)
        return configuration.show(integration, CARD, 422, login_form=form)
    return _done(integration, "Saved. Now make the same change in Halo. Until you do, its deliveries are refused.")


@bp.post("/webhook/secret")
def make_webhook_secret() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    try:
        webhook_secrets.rotate(integration, access.user())
    except Conflict as error:
        return configuration.show(integration, CARD, 409, refused=error)
    return _done(integration, "New secret created. The old one stays valid for now. Enter the new one in Halo.")


@bp.post("/webhook/secret/drop")
def drop_webhook_secret() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    try:
        webhook_secrets.drop_old(integration, access.user())
    except Conflict as error:
        return configuration.show(integration, CARD, 409, refused=error)
    return _done(integration, "Old secret removed. Only the one shown here is valid.")


@bp.post("/webhook/unused")
def stop_using_webhook() -> ResponseReturnValue:
    """End the warning of a webhook that was taken out of Halo on purpose."""
    integration = integrations.halo(access.account())
    silence.stop_using(integration, access.user())
    return _done(integration, "Your data syncs on schedule. Deliveries are still accepted if any arrive.")


def _done(integration: Integration, words: str) -> ResponseReturnValue:
    """Say so in the card for htmx; send a plain browser back to it."""
    if wants_fragment():
        return configuration.show(integration, CARD, done=words)
    flash(words, "success")
    return redirect(url_for("configuration.index", _anchor="webhook"), 303)
