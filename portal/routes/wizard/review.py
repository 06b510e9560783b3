"""Step 4: review and start."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from portal.errors import OtherPsaActive, StillDeleting
from portal.jobs import sync
from portal.models.integrations import Integration, WizardStep
from portal.psa.registry import NAMES
from portal.routes.web import current
from portal.routes.web.answers import redirect_window
from portal.routes.web.forms import PlainForm
from portal.routes.wizard import steps
from portal.services.connecting import exclusivity, wizard
from portal.services.syncing import forecasting

bp = Blueprint("review", __name__, url_prefix="/review")


@bp.get("")
def index() -> ResponseReturnValue:
    return _show(steps.draft(WizardStep.REVIEW))


@bp.post("")
def start() -> ResponseReturnValue:
    """Activate the integration, start its first sync, and show the dashboard."""
    integration = steps.draft(WizardStep.REVIEW)
    try:
        run = wizard.start(integration, current.user())
    except OtherPsaActive:  # the page explains it, and leads to disconnecting the other one
        return _show(integration, 409)
    except StillDeleting as error:
        flash(f"{error.problem} {error.remedy}", "warning")
        return _show(integration, 409)
    sync.ring(run)
    return redirect_window(url_for("data_sync.index"))


def _show(integration: Integration, status: int = 200) -> ResponseReturnValue:
    other = exclusivity.other_active(integration.account, integration.psa)
    return steps.show(
        WizardStep.REVIEW,
        integration,
        status,
        form=PlainForm(),
        total=forecasting.of(integration, integration.record_types, active_only=integration.active_only),
        other=other,
        refusal=exclusivity.refusal(integration.psa, other.psa) if other else None,
        names=NAMES,
    )
