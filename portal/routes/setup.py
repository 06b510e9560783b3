"""Wizard steps 2 to 4: what to sync, webhooks, review and start."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.jobs import sync
from portal.models.integrations import WizardStep
from portal.routes import access, steps
from portal.routes.answers import leave_for
from portal.routes.forms import DataForm, PlainForm
from portal.routes.steps import bp
from portal.routes.webhooks import payload_url
from portal.services import wizard


@bp.get("/")
def resume() -> ResponseReturnValue:
    """Go on where somebody left off: at the furthest open step."""
    integration = steps.draft(WizardStep.CONNECT)
    return steps.go_to(wizard.open_steps(integration)[-1])


@bp.get("/data")
def data() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    return steps.show(WizardStep.DATA, integration, form=DataForm(integration))


@bp.post("/data")
def choose_data() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    form = DataForm(integration)
    if not form.validate():
        return steps.show(WizardStep.DATA, integration, 422, form=form)
    wizard.choose_data(integration, form.record_types.data, form.active_only.data)
    return steps.go_to(WizardStep.WEBHOOKS)


@bp.get("/webhooks")
def webhooks() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    return steps.show(WizardStep.WEBHOOKS, integration, form=PlainForm(), payload_url=payload_url(integration))


@bp.post("/webhooks")
def finish_webhooks() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    wizard.finish_webhooks(integration, skipped="skip" in request.form)
    return steps.go_to(WizardStep.REVIEW)


@bp.get("/review")
def review() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.REVIEW)
    return steps.show(WizardStep.REVIEW, integration, form=PlainForm(), payload_url=payload_url(integration))


@bp.post("/review")
def start() -> ResponseReturnValue:
    """Activate, open the first run, ring for a worker, and show the dashboard."""
    integration = steps.draft(WizardStep.REVIEW)
    sync.ring(wizard.start(integration, access.user()))
    return leave_for(url_for("data_sync.index"))
