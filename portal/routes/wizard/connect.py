"""Wizard step 1: enter the connection values, and prove them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import outbound_slots
from portal.errors import Busy, Invalid
from portal.models.integrations import Integration, WizardStep
from portal.routes.web import current, limits
from portal.routes.wizard import connect_forms, steps
from portal.routes.wizard.connect_forms import ConnectForm
from portal.services.connecting import connections, wizard

bp = Blueprint("connect", __name__, url_prefix="/connect")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.CONNECT)
    return _show(integration, connect_forms.of(integration))


@bp.post("")
def save() -> ResponseReturnValue:
    """Save, and go on if exactly these values have passed the test."""
    integration = steps.draft(WizardStep.CONNECT)
    form = connect_forms.of(integration)
    if not _save(integration, form):
        return _show(integration, form, 422)
    if not wizard.is_tested(integration):
        flash("Test the connection first. The next steps open when the test passes.", "warning")
        return _show(integration, form.stored(), 422, notes=_corrections(form), focus="test")
    return steps.go_to(WizardStep.DATA)


@bp.post("/test")
@limits.tests_of_account
@limits.tests_of_user
def test() -> ResponseReturnValue:
    """Save what was typed, or a fix of it, then test exactly what is stored."""
    integration = steps.draft(WizardStep.CONNECT)
    form = connect_forms.of(integration, formdata=_typed_and_fixed())
    # Saving may ask the PSA for more values: that and the test share one time limit.
    with outbound_slots.slot(integration.account_id, connections.TEST_SECONDS):
        if not _save(integration, form):
            return _show(integration, form, 422)
        diagnosis = wizard.test_connection(integration, current.user())
    shown = form.stored()
    if diagnosis.field is not None:
        shown.add_error(Invalid(diagnosis.field, diagnosis.problem, diagnosis.remedy))
    status = 200 if diagnosis.ok else 422
    return _show(integration, shown, status, diagnosis=diagnosis, notes=_corrections(form), focus="test")


@bp.post("/addresses")
@limits.suggestions_of_account
@limits.suggestions_of_user
def addresses() -> ResponseReturnValue:
    """Correct a pasted address, and fill in what the PSA says about itself; what a person has entered stays."""
    integration = steps.draft(WizardStep.CONNECT)
    form, busy = connect_forms.of(integration, formdata=request.form), None
    if not form.address.validate(form):
        return "", 204
    understood = form.spec.parse_address(form.address.data)
    try:
        form.suggest(connections.discover(integration.account_id, form.spec, understood.address))
    except Busy as error:  # what was entered stays, and saving asks again
        busy = error
    return make_response(render_template("wizard/_addresses.html", form=form, understood=understood, busy=busy))


def _typed_and_fixed() -> MultiDict[str, str]:
    """Return what was entered, with the values of a fix, which come in the address of its button."""
    values = MultiDict(request.form)
    for field in current.psa().connect_form.public:
        if field.name in request.args:
            values[field.name] = request.args[field.name]
    return values


def _save(integration: Integration, form: ConnectForm) -> bool:
    if not form.validate():
        return False
    try:
        wizard.save_connection(integration, form.values(), current.user())
    except Invalid as error:
        form.add_error(error)
        return False
    return True


def _corrections(form: ConnectForm) -> tuple[str, ...]:
    """Return what was corrected in the entered address, which is not the one that is shown now."""
    understood = form.spec.parse_address(form.address.data)
    return understood.notes if understood.address != form.address.data else ()


def _show(integration: Integration, form: ConnectForm, status: int = 200, focus: str = "", **more: Any) -> Response:
    return steps.show(
        WizardStep.CONNECT,
        integration,
        status,
        form=form,
        focus=form.first_invalid or focus,
        is_tested=status == 200 and wizard.is_tested(integration),
        lists=connections.lists_of(integration),
        advice=connections.advice_of(integration),
        **more,
    )
