"""Step 3: webhooks."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.models.integrations import WizardStep
from portal.routes.web import current, webhook_endpoint
from portal.routes.web.forms import PlainForm
from portal.routes.wizard import steps
from portal.services.connecting import wizard

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    endpoint = webhook_endpoint.endpoint_of(integration)
    return steps.show(WizardStep.WEBHOOKS, integration, form=PlainForm(), webhook=endpoint)


@bp.get("/delivery")
def delivery() -> ResponseReturnValue:
    """Answer a poll: nothing until the first delivery arrives."""
    return webhook_endpoint.delivery(steps.draft(WizardStep.WEBHOOKS))


@bp.post("")
def finish() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.WEBHOOKS)
    wizard.finish_webhooks(integration, skipped="skip" in request.form, user=current.user())
    return steps.go_to(WizardStep.REVIEW)
