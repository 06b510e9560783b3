"""The Configuration tab as a whole. Its cards have files of their own."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.routes.dashboard.configuration import secret_forms
from portal.routes.dashboard.configuration.disconnect_forms import DisconnectForm
from portal.routes.dashboard.configuration.rate_limit_forms import RateLimitForm
from portal.routes.dashboard.configuration.schedule_forms import ScheduleForm
from portal.routes.dashboard.configuration.webhook_forms import WebhookLoginForm
from portal.routes.web import answers, current, webhook_endpoint
from portal.routes.web.answers import wants_fragment
from portal.services.audit import activity
from portal.services.connecting import connections
from portal.services.syncing import rate_limits, scheduling
from portal.services.webhooks import webhook_health

bp = Blueprint("configuration", __name__, url_prefix="/integrations/<psa:psa>/configuration")

TAB: Final = "dashboard/configuration/index.html"
NEWEST_ACTIONS: Final = 5


@bp.get("")
def index() -> ResponseReturnValue:
    return show(TAB)


def show(part: str, status: int = 200, **more: Any) -> Response:
    """Render the tab as it is now, or for htmx only `part`. `more` replaces values of the context."""
    integration = current.integration()
    plan, rate_limit = scheduling.plan(integration), rate_limits.current(integration)
    context = {
        "integration": integration,
        "webhook": webhook_endpoint.endpoint_of(integration),
        "health": webhook_health.health(integration),
        "login_form": WebhookLoginForm(integration, formdata=None),
        "lists": connections.lists_of(integration),
        "advice": connections.advice_of(integration),
        "actions": activity.page(integration.account, size=NEWEST_ACTIONS),
        "form": secret_forms.of(integration, formdata=None),
        "schedule_form": ScheduleForm(plan, formdata=None),
        "limit_form": RateLimitForm(rate_limit, formdata=None),
        "spending": rate_limit,
        "disconnect_form": DisconnectForm(formdata=None),
    }
    return answers.show(TAB, part, status, **context | more)


def show_saved(part: str) -> ResponseReturnValue:
    """Confirm a change: inside `part` for htmx, on the tab for a plain browser."""
    if wants_fragment():
        return show(part, saved=True)
    flash("Saved.", "success")
    return redirect(url_for("configuration.index"), 303)
