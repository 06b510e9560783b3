"""The Configuration tab: the connection, its test, the webhook's address, and the way out."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.models.integrations import Integration
from portal.routes import access, answers
from portal.routes.limits import CONNECTION_TESTS, limiter, per_user
from portal.routes.webhooks import payload_url
from portal.services import integrations
from portal.services.connections import Verdict

bp = Blueprint("configuration", __name__, url_prefix="/integrations/halo/configuration")


@bp.get("")
def index() -> ResponseReturnValue:
    return _show(integrations.halo(access.account()))


@bp.post("/test")
@limiter.limit(CONNECTION_TESTS, key_func=per_user)
def test_again() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    verdict = integrations.test_again(integration, access.user())
    return _show(integrations.halo(access.account()), 200 if verdict.ok else 422, verdict)


@bp.get("/disconnect")
def confirm_disconnect() -> ResponseReturnValue:
    """Ask first. With JavaScript the tab asks in a dialog of its own, and nobody comes here."""
    return render_template("halo/disconnect.html", integration=integrations.halo(access.account()))


@bp.post("/disconnect")
def disconnect() -> ResponseReturnValue:
    integrations.disconnect(integrations.halo(access.account()), access.user())
    flash("Halo PSA is disconnected. The records copied so far are kept.", "success")
    return redirect(url_for("integrations.index"), 303)


def _show(integration: Integration, status: int = 200, verdict: Verdict | None = None) -> Response:
    return answers.show(
        "halo/configuration.html",
        "halo/_test_again.html",
        status,
        integration=integration,
        verdict=verdict,
        payload_url=payload_url(integration),
    )
