"""Step 4: review and start."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from portal.jobs import sync
from portal.models.integrations import WizardStep
from portal.routes.web import current
from portal.routes.web.answers import redirect_window
from portal.routes.web.forms import PlainForm
from portal.routes.wizard import steps
from portal.services.connecting import wizard
from portal.services.syncing import forecasting

bp = Blueprint("review", __name__, url_prefix="/review")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.REVIEW)
    total = forecasting.of(integration, integration.record_types, active_only=integration.active_only)
    return steps.show(WizardStep.REVIEW, integration, form=PlainForm(), total=total)


@bp.post("")
def start() -> ResponseReturnValue:
    """Activate the integration, start its first sync, and show the dashboard."""
    integration = steps.draft(WizardStep.REVIEW)
    sync.ring(wizard.start(integration, current.user()))
    return redirect_window(url_for("data_sync.index"))
