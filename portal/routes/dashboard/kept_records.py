"""The records of a disconnected PSA: which there are, and deleting them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.routes.web import answers, current
from portal.routes.web.forms import PlainForm
from portal.services.records import deletions, kept_records, stored_records

bp = Blueprint("kept_records", __name__, url_prefix="/integrations/<psa:psa>/records")


def is_shown() -> bool:
    """Tell whether the PSA in the address is disconnected, with records that are kept or being deleted."""
    return kept_records.is_kept(current.account(), current.psa().slug)


def show() -> ResponseReturnValue:
    """Show what is kept of a disconnected PSA, and while it is being deleted, what remains."""
    kept = kept_records.find(current.account(), current.psa().slug)
    return answers.show_refreshing(
        "records/kept/index.html",
        "records/kept/_types.html",
        part_id="kept",
        is_live=kept.is_deleting,
        kept=kept,
        integration=kept.integration,
        counts=stored_records.counts(kept.integration),
    )


@bp.get("/delete")
def confirm_delete() -> ResponseReturnValue:
    """Ask for confirmation without JavaScript; with it, the page opens a dialog instead."""
    kept = kept_records.find(current.account(), current.psa().slug)
    return render_template("records/kept/delete.html", kept=kept, integration=kept.integration, form=PlainForm())


@bp.post("/delete")
def delete() -> ResponseReturnValue:
    kept = kept_records.find(current.account(), current.psa().slug)
    deletions.request(kept.integration, current.user())
    flash(f"The records from {current.psa().label} are being deleted.", "success")
    return redirect(url_for("integrations.index"), 303)
