"""Held deletes: records that vanished from the PSA's list all at once, and an admin's decision about them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.routes.web import current
from portal.services.syncing import held_deletes
from portal.sync.record_types import RecordType

bp = Blueprint("held_deletes", __name__, url_prefix=f"/integrations/<psa:psa>/held/<int(max={2**31 - 1}):hold_id>")


@bp.get("")
def show(hold_id: int) -> ResponseReturnValue:
    integration, hold = _load(hold_id)
    held = held_deletes.page(hold, request.args.get("page", default=1, type=int))
    return render_template("dashboard/held_deletes/show.html", integration=integration, hold=hold, held=held)


@bp.get("/delete")
def confirm(hold_id: int) -> ResponseReturnValue:
    """Ask for confirmation without JavaScript; with it, the page opens a dialog instead."""
    integration, hold = _load(hold_id)
    return render_template("dashboard/held_deletes/confirm.html", integration=integration, hold=hold)


@bp.post("/delete")
def approve(hold_id: int) -> ResponseReturnValue:
    _, hold = _load(hold_id)
    deleted = held_deletes.approve(hold, current.user())
    flash(
        f"Deleted {RecordType(hold.record_type).counted(deleted)} here too. The next sync updates the counts.",
        "success",
    )
    return redirect(url_for("data_sync.index"), 303)


@bp.post("/keep")
def keep(hold_id: int) -> ResponseReturnValue:
    _, hold = _load(hold_id)
    held_deletes.keep(hold, current.user())
    kept = RecordType(hold.record_type).counted(hold.count)
    flash(f"Kept {kept} that {current.psa().name} no longer lists.", "success")
    return redirect(url_for("data_sync.index"), 303)


def _load(hold_id: int) -> tuple[Integration, HeldDelete]:
    integration = current.integration()
    return integration, held_deletes.get(integration, hold_id)
