"""Step 2: what to sync."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration, WizardStep
from portal.routes.web import current
from portal.routes.wizard import steps
from portal.routes.wizard.data_forms import DataForm
from portal.services.connecting import connections, wizard
from portal.services.syncing import forecasting
from portal.sync.record_types import RecordType

bp = Blueprint("data", __name__, url_prefix="/data")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    return _show(integration, DataForm(integration))


@bp.post("")
def choose() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.DATA)
    form = DataForm(integration)
    if not form.validate():
        return _show(integration, form, 422)
    try:
        wizard.choose_data(integration, form.record_types.data, form.active_only.data, current.user())
    except Invalid as error:
        form.add_error(error)
        return _show(integration, form, 422)
    return steps.go_to(WizardStep.WEBHOOKS)


@bp.get("/forecast")
def forecast() -> ResponseReturnValue:
    """Forecast the first sync for the boxes as they are ticked now; stores nothing."""
    integration = steps.draft(WizardStep.DATA)
    form = DataForm(integration, formdata=request.args)
    chosen = [each for each in form.record_types.data if each in set(RecordType)]
    total = forecasting.of(integration, chosen, active_only=form.active_only.data)
    return make_response(render_template("wizard/_forecast.html", total=total, active_only=form.active_only.data))


def _show(integration: Integration, form: DataForm, status: int = 200) -> ResponseReturnValue:
    return steps.show(
        WizardStep.DATA,
        integration,
        status,
        form=form,
        lists=connections.lists_of(integration),
        each=forecasting.of(integration, list(RecordType), active_only=False),
        total=forecasting.of(integration, form.record_types.data or [], active_only=form.active_only.data),
    )
