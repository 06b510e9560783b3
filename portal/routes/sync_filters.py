"""The Sync Filters tab: which record types, and of which clients."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.routes import access
from portal.routes.forms import DataForm
from portal.services import integrations

bp = Blueprint("sync_filters", __name__, url_prefix="/integrations/halo/filters")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    return render_template("halo/filters.html", integration=integration, form=DataForm(integration))


@bp.post("")
def change() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = DataForm(integration)
    if not form.validate():
        return render_template("halo/filters.html", integration=integration, form=form), 422
    integrations.change_data(integration, form.record_types.data, form.active_only.data, access.user())
    flash("Saved. The next sync uses these filters.", "success")
    return redirect(url_for("sync_filters.index"), 303)
