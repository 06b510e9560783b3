"""The Configuration tab: the connection, its test and its secret, and the way out. What is said of time and of Halo's
limit is in schedule.py, and what is said of the webhook in webhook_setup.py.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.psa.registry import adapter_of
from portal.routes import access, answers, limits, secret_form, webhooks
from portal.routes.schedule_forms import LimitForm, ScheduleForm
from portal.routes.webhook_forms import LoginForm
from portal.services.audit import activity
from portal.services.connecting import connections, integrations
from portal.services.syncing import rate_limits, scheduling
from portal.services.webhooks import webhook_health

bp = Blueprint("configuration", __name__, url_prefix="/integrations/halo/configuration")

NEWEST_DEEDS = 5


@bp.get("")
def index() -> ResponseReturnValue:
    return show(integrations.halo(access.account()), "halo/configuration.html")


@bp.post("/test")
@limits.tests_of_account
@limits.tests_of_user
def test_again() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    diagnosis = integrations.test_again(integration, access.user())
    return show(integration, "halo/_test_again.html", 200 if diagnosis.ok else 422, diagnosis=diagnosis)


@bp.post("/secret")
@limits.tests_of_account
@limits.tests_of_user
def replace_secret() -> ResponseReturnValue:
    """Try the new secret beside the stored one, which stays until the new one has worked."""
    integration = integrations.halo(access.account())
    form = secret_form.of(integration)
    if not form.validate():
        return show(integration, "halo/_secret.html", 422, form=form)
    diagnosis = integrations.replace_secrets(integration, form.secrets(), access.user())
    if not diagnosis.ok:
        form.blame(Invalid(form.spec.secrets[0].name, diagnosis.problem, diagnosis.remedy))
        return show(integration, "halo/_secret.html", 422, form=form)
    return show(integration, "halo/_secret.html", form=secret_form.of(integration, formdata=None), replaced=True)


@bp.get("/delivery")
def delivery() -> ResponseReturnValue:
    """Answer a poll: nothing until the first delivery has come."""
    return webhooks.delivery(integrations.halo(access.account()))


@bp.get("/disconnect")
def confirm_disconnect() -> ResponseReturnValue:
    """Ask first. With JavaScript the tab asks in a dialog of its own, and nobody comes here."""
    return render_template("halo/disconnect.html", integration=integrations.halo(access.account()))


@bp.post("/disconnect")
def disconnect() -> ResponseReturnValue:
    integrations.disconnect(integrations.halo(access.account()), access.user())
    flash("Halo PSA is disconnected. The records copied so far are kept.", "success")
    return redirect(url_for("integrations.index"), 303)


def show(stale: Integration, part: str, status: int = 200, **more: Any) -> Response:
    """Render the tab as it is now, or the part of it that htmx keeps."""
    integration = integrations.halo(stale.account)
    plan, known = scheduling.plan(integration), rate_limits.current(integration)
    context = {
        "integration": integration,
        "webhook": webhooks.endpoint_of(integration),
        "health": webhook_health.health(integration),
        "login_form": LoginForm(integration, formdata=None),
        "lists": connections.lists_of(integration),
        "advice": connections.advice_of(integration),
        "deeds": activity.page(integration.account, size=NEWEST_DEEDS),
        "form": secret_form.of(integration, formdata=None),
        "psa": adapter_of(integration.psa),
        "schedule_form": ScheduleForm(plan, formdata=None),
        "limit_form": LimitForm(known, formdata=None),
        "spending": known,
    }
    return answers.show("halo/configuration.html", part, status, **context | more)
