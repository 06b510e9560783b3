"""Disconnecting: what will happen, and what becomes of the records."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.models.integrations import Integration
from portal.routes.dashboard.configuration import sections
from portal.routes.dashboard.configuration.disconnect_forms import KEEP, DisconnectForm
from portal.routes.web import current
from portal.services.connecting import integrations
from portal.services.records import stored_records
from portal.sync.record_types import RecordType

bp = Blueprint("disconnect", __name__)


@bp.get("/disconnect")
def index() -> ResponseReturnValue:
    form = DisconnectForm(formdata=None, then=request.args.get("then", ""))
    return _show(current.integration(), form)


@bp.post("/disconnect")
def disconnect() -> ResponseReturnValue:
    integration, form = current.integration(), DisconnectForm()
    if not form.validate():
        return _show(integration, form, 422)
    is_kept = form.records.data == KEEP
    integrations.disconnect(integration, current.user(), keep_records=is_kept)
    what = "Records synced so far are kept." if is_kept else "Its records are being deleted."
    flash(f"{current.psa().label} is disconnected. {what}", "success")
    if form.then.data:
        return redirect(url_for("setup.resume", psa=form.then.data), 303)
    return redirect(url_for("integrations.index"), 303)


def _show(integration: Integration, form: DisconnectForm, status: int = 200) -> ResponseReturnValue:
    numbers = {each: sum(states.values()) for each, states in stored_records.counts(integration).items()}
    counts = {RecordType(each): number for each, number in numbers.items() if number}
    return sections.show(
        sections.DISCONNECT, "", status, integration=integration, disconnect_form=form, counts=counts
    )
