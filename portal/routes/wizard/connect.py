"""Wizard step 1: connect to Halo, and prove it."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import places
from portal.errors import Busy, Invalid
from portal.models.integrations import Integration, WizardStep
from portal.routes.web import current, limits
from portal.routes.wizard import steps
from portal.routes.wizard.connect_forms import ConnectForm
from portal.routes.wizard.steps import bp
from portal.services.connecting import connections, wizard

# What the button of a fix may change; it comes in the button's address.
FIXABLE: Final = ("base_url", "auth_server", "tenant", "client_id")


@bp.get("/connect")
def connect() -> ResponseReturnValue:
    integration = steps.draft(WizardStep.CONNECT)
    return _show(integration, ConnectForm(integration))


@bp.post("/connect")
def save_connection() -> ResponseReturnValue:
    """Save, and go on if exactly these values have passed the test."""
    integration = steps.draft(WizardStep.CONNECT)
    form = ConnectForm(integration)
    if not _save(integration, form):
        return _show(integration, form, 422)
    if not wizard.is_tested(integration):
        flash("Test the connection first. The next steps open when the test has passed.", "warning")
        return _show(integration, form.stored(integration), 422, notes=_corrections(form), focus="test")
    return steps.go_to(WizardStep.DATA)


@bp.post("/connect/test")
@limits.tests_of_account
@limits.tests_of_user
def test_connection() -> ResponseReturnValue:
    """Save what was typed, or a fix of it, then test exactly what is stored."""
    integration = steps.draft(WizardStep.CONNECT)
    form = ConnectForm(integration, formdata=_typed_and_fixed())
    # Saving may ask Halo for its Auth Server: that and the test together have one limit of time.
    with places.place(integration.account_id, connections.TEST_SECONDS):
        if not _save(integration, form):
            return _show(integration, form, 422)
        diagnosis = wizard.test_connection(integration, current.user())
    shown = form.stored(integration)
    if diagnosis.field is not None:
        shown.add_error(Invalid(diagnosis.field, diagnosis.problem, diagnosis.remedy))
    status = 200 if diagnosis.ok else 422
    return _show(integration, shown, status, diagnosis=diagnosis, notes=_corrections(form), focus="test")


@bp.post("/connect/addresses")
@limits.suggestions_of_account
@limits.suggestions_of_user
def addresses() -> ResponseReturnValue:
    """Correct a pasted Base URL, and fill in what its Halo tells; what a person has typed stays."""
    integration = steps.draft(WizardStep.CONNECT)
    form, busy = ConnectForm(integration, formdata=request.form), None
    if not form.base_url.validate(form):
        return "", 204
    understood = connections.understand(form.base_url.data)
    try:
        info = connections.discover(integration.account_id, understood.address)
        form.suggest(info.auth_server, info.tenant)
    except Busy as error:  # what was typed stays, and saving asks again
        busy = error
    return make_response(render_template("wizard/_addresses.html", form=form, understood=understood, busy=busy))


def _typed_and_fixed() -> MultiDict[str, str]:
    values = MultiDict(request.form)
    for name in FIXABLE:
        if name in request.args:
            values[name] = request.args[name]
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
    """Say what was changed about the address that was typed, which is not the one that is shown now."""
    understood = connections.understand(form.base_url.data)
    return understood.notes if understood.address != form.base_url.data else ()


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
