"""Wizard step 1: connect to Halo, and prove it."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration, WizardStep
from portal.routes import access, steps
from portal.routes.forms import ConnectForm
from portal.routes.limits import CONNECTION_TESTS, limiter, per_user
from portal.routes.steps import bp
from portal.services import wizard
from portal.services.connections import Verdict, suggest_auth_server


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
        return _show(integration, ConnectForm.stored(integration), 422)
    return steps.go_to(WizardStep.DATA)


@bp.post("/connect/test")
@limiter.limit(CONNECTION_TESTS, key_func=per_user)
def test_connection() -> ResponseReturnValue:
    """Save what was typed, then test exactly what is stored."""
    integration = steps.draft(WizardStep.CONNECT)
    form = ConnectForm(integration)
    if not _save(integration, form):
        return _show(integration, form, 422)
    verdict = wizard.test_connection(integration, access.user())
    return _show(integration, ConnectForm.stored(integration), 200 if verdict.ok else 422, verdict)


@bp.get("/connect/auth-server")
def auth_server() -> ResponseReturnValue:
    """Suggest the Auth Server for a Base URL, unless a person has typed one of their own."""
    integration = steps.draft(WizardStep.CONNECT)
    typed = request.args.get("auth_server", "").strip()
    suggested = request.args.get("suggested", "")
    form = ConnectForm(integration)
    form.process(request.args)
    if (typed and typed != suggested) or not form.base_url.validate(form):
        return make_response("", 204)
    form.auth_server.data = suggestion = suggest_auth_server(form.base_url.data)
    return make_response(render_template("setup/_auth_server.html", form=form, suggested=suggestion))


def _save(integration: Integration, form: ConnectForm) -> bool:
    if not form.validate():
        return False
    try:
        wizard.save_connection(integration, form.values())
    except Invalid as error:
        form.blame(error)
        return False
    return True


def _show(integration: Integration, form: ConnectForm, status: int = 200, verdict: Verdict | None = None) -> Response:
    if verdict is not None and verdict.field is not None:
        form.blame(Invalid(verdict.field, verdict.problem, verdict.remedy))
    return steps.show(
        WizardStep.CONNECT,
        integration,
        status,
        form=form,
        verdict=verdict,
        suggested=suggest_auth_server(integration.base_url) if integration.base_url else "",
        is_tested=status == 200 and wizard.is_tested(integration),
    )
