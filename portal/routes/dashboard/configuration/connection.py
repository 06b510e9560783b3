"""The connection: testing it again, replacing its secret, disconnecting."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.routes.dashboard.configuration import secret_forms, tab
from portal.routes.dashboard.configuration.disconnect_forms import KEEP, DisconnectForm
from portal.routes.web import current, limits
from portal.services.connecting import integrations

bp = Blueprint("connection", __name__)

TEST: Final = "dashboard/configuration/_test_again.html"
SECRET: Final = "dashboard/configuration/_secret.html"  # noqa: S105  # a template


@bp.post("/test")
@limits.tests_of_account
@limits.tests_of_user
def test_again() -> ResponseReturnValue:
    diagnosis = integrations.test_again(current.integration(), current.user())
    return tab.show(TEST, 200 if diagnosis.ok else 422, diagnosis=diagnosis)


@bp.post("/secret")
@limits.tests_of_account
@limits.tests_of_user
def replace_secret() -> ResponseReturnValue:
    """Test the new secret. The stored one stays until the new one has passed."""
    integration = current.integration()
    form = secret_forms.of(integration)
    if not form.validate():
        return tab.show(SECRET, 422, form=form)
    diagnosis = integrations.replace_secrets(integration, form.secrets(), current.user())
    if not diagnosis.ok:
        form.add_error(Invalid(form.spec.secrets[0].name, diagnosis.problem, diagnosis.remedy))
        return tab.show(SECRET, 422, form=form)
    return tab.show(SECRET, form=secret_forms.of(integration, formdata=None), replaced=True)


@bp.get("/disconnect")
def confirm_disconnect() -> ResponseReturnValue:
    """Ask what happens to the records, without JavaScript; with it, the tab opens a dialog instead."""
    integration = current.integration()
    return _ask(integration, DisconnectForm(formdata=None, then=request.args.get("then", "")))


@bp.post("/disconnect")
def disconnect() -> ResponseReturnValue:
    integration, form = current.integration(), DisconnectForm()
    if not form.validate():
        return _ask(integration, form, 422)
    is_kept = form.records.data == KEEP
    integrations.disconnect(integration, current.user(), keep_records=is_kept)
    what = "Records synced so far are kept." if is_kept else "Its records are being deleted."
    flash(f"{current.psa().label} is disconnected. {what}", "success")
    if form.then.data:
        return redirect(url_for("setup.resume", psa=form.then.data), 303)
    return redirect(url_for("integrations.index"), 303)


def _ask(integration: Integration, form: DisconnectForm, status: int = 200) -> ResponseReturnValue:
    page = "dashboard/configuration/disconnect.html"
    return make_response(render_template(page, integration=integration, disconnect_form=form), status)
