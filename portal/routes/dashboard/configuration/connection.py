"""The connection: testing it again, replacing its secret, disconnecting."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.routes.dashboard.configuration import tab
from portal.routes.dashboard.configuration.connection_forms import SecretForm
from portal.routes.web import current, limits
from portal.services.connecting import integrations
from portal.vault import Secret

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
    form = SecretForm()
    if not form.validate():
        return tab.show(SECRET, 422, form=form)
    diagnosis = integrations.replace_secret(integration, Secret(form.client_secret.data), current.user())
    if not diagnosis.ok:
        form.add_error(Invalid("client_secret", diagnosis.problem, diagnosis.remedy))
        return tab.show(SECRET, 422, form=form)
    return tab.show(SECRET, form=SecretForm(formdata=None), replaced=True)


@bp.get("/disconnect")
def confirm_disconnect() -> ResponseReturnValue:
    """Ask for confirmation without JavaScript; with it, the tab opens a dialog instead."""
    return render_template("dashboard/configuration/disconnect.html", integration=current.integration())


@bp.post("/disconnect")
def disconnect() -> ResponseReturnValue:
    integrations.disconnect(current.integration(), current.user())
    flash(f"{current.psa().label} is disconnected. The records copied so far are kept.", "success")
    return redirect(url_for("integrations.index"), 303)
