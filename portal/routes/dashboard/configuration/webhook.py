"""The webhook: its last delivery, how the PSA authenticates, and the secret."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.errors import Conflict, Invalid
from portal.routes.dashboard.configuration import sections
from portal.routes.dashboard.configuration.webhook_forms import WebhookLoginForm
from portal.routes.web import current, webhook_endpoint
from portal.routes.web.answers import wants_fragment
from portal.services.webhooks import silence, webhook_health, webhook_secrets

bp = Blueprint("webhook", __name__)

CARD: Final = "_webhook"


@bp.get("/webhook")
def index() -> ResponseReturnValue:
    return _show()


@bp.get("/delivery")
def delivery() -> ResponseReturnValue:
    """Answer a poll: nothing until the first delivery arrives."""
    return webhook_endpoint.delivery(current.integration())


@bp.post("/webhook/login")
def change_login() -> ResponseReturnValue:
    integration = current.integration()
    form = WebhookLoginForm(integration)
    if not form.validate():
        return _show(422, login_form=form)
    header = form.webhook_header.data or ""
    try:
        webhook_secrets.choose_login(integration, form.webhook_login.data, header, current.user())
    except Invalid as error:
        form.add_error(error)
        return _show(422, login_form=form)
    return _confirm(
        f"Saved. Now make the same change in {current.psa().name}. Until you do, its deliveries are refused."
    )


@bp.post("/webhook/secret")
def make_secret() -> ResponseReturnValue:
    try:
        webhook_secrets.rotate(current.integration(), current.user())
    except Conflict as error:
        return _show(409, refused=error)
    name = current.psa().name
    return _confirm(f"New secret created. The old one stays valid for now. Enter the new one in {name}.")


@bp.post("/webhook/secret/drop")
def drop_old_secret() -> ResponseReturnValue:
    try:
        webhook_secrets.drop_old(current.integration(), current.user())
    except Conflict as error:
        return _show(409, refused=error)
    return _confirm("Old secret removed. Only the one shown here is valid.")


@bp.post("/webhook/unused")
def stop_using() -> ResponseReturnValue:
    """End the warning about a webhook that was removed from the PSA on purpose."""
    silence.stop_using(current.integration(), current.user())
    return _confirm("Your data syncs on schedule. Deliveries are still accepted if any arrive.")


def _confirm(message: str) -> ResponseReturnValue:
    """Show the message in the card for htmx, on the section for a plain browser."""
    if wants_fragment():
        return _show(done=message)
    return sections.confirm(sections.WEBHOOK, message)


def _show(status: int = 200, **result: Any) -> ResponseReturnValue:
    integration = current.integration()
    context = {
        "integration": integration,
        "webhook": webhook_endpoint.endpoint_of(integration),
        "health": webhook_health.health(integration),
        "login_form": WebhookLoginForm(integration, formdata=None),
    }
    return sections.show(sections.WEBHOOK, CARD, status, **context | result)
