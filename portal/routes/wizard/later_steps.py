"""Wizard steps 2 to 4: what to sync, webhooks, review and start."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.jobs import sync
from portal.models.integrations import Integration, WizardStep
from portal.routes.web import access
from portal.routes.web.answers import leave_for
from portal.routes.web.forms import DataForm, PlainForm
from portal.routes.web.webhook_endpoint import delivery, endpoint_of
from portal.routes.wizard import steps
from portal.routes.wizard.steps import bp
from portal.services.connecting import connections, wizard
from portal.services.syncing import forecasting
from portal.sync.record_types import RecordType


@bp.get("/")
def resume() -> ResponseReturnValue:
    """Go on where somebody left off: at the furthest open step."""
    integration = steps.draft(WizardStep.CONNECT)
    return steps.go_to(wizard.open_steps(integration)[-1])


@bp.get("/data")
def data() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    return _show_data(integration, DataForm(integration))


@bp.post("/data")
def choose_data() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    form = DataForm(integration)
    if not form.validate():
        return _show_data(integration, form, 422)
    try:
        wizard.choose_data(integration, form.record_types.data, form.active_only.data, access.user())
    except Invalid as error:
        form.blame(error)
        return _show_data(integration, form, 422)
    return steps.go_to(WizardStep.WEBHOOKS)


@bp.get("/data/forecast")
def data_forecast() -> ResponseReturnValue:
    """Work out the totals for the boxes as they are ticked now; nothing is stored."""
    integration = steps.draft(WizardStep.DATA)
    form = DataForm(integration, formdata=request.args)
    chosen = [each for each in form.record_types.data if each in set(RecordType)]
    total = forecasting.of(integration, chosen, active_only=form.active_only.data)
    return make_response(render_template("setup/_forecast.html", total=total, active_only=form.active_only.data))


@bp.get("/webhooks")
def webhooks() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    return steps.show(WizardStep.WEBHOOKS, integration, form=PlainForm(), webhook=endpoint_of(integration))


@bp.get("/webhooks/delivery")
def webhook_delivery() -> ResponseReturnValue:
    """Answer a poll: nothing until the first delivery has come."""
    return delivery(steps.draft(WizardStep.WEBHOOKS))


@bp.post("/webhooks")
def finish_webhooks() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    wizard.finish_webhooks(integration, skipped="skip" in request.form, user=access.user())
    return steps.go_to(WizardStep.REVIEW)


@bp.get("/review")
def review() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.REVIEW)
    total = forecasting.of(integration, integration.record_types, active_only=integration.active_only)
    return steps.show(WizardStep.REVIEW, integration, form=PlainForm(), total=total)


@bp.post("/review")
def start() -> ResponseReturnValue:
    """Activate, open the first run, ring for a worker, and show the dashboard."""
    integration = steps.draft(WizardStep.REVIEW)
    sync.ring(wizard.start(integration, access.user()))
    return leave_for(url_for("data_sync.index"))


def _show_data(integration: Integration, form: DataForm, status: int = 200) -> ResponseReturnValue:
    return steps.show(
        WizardStep.DATA,
        integration,
        status,
        form=form,
        lists=connections.lists_of(integration),
        each=forecasting.of(integration, list(RecordType), active_only=False),
        total=forecasting.of(integration, form.record_types.data or [], active_only=form.active_only.data),
    )
