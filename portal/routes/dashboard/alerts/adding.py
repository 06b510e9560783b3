"""Adding a destination: a form for each kind."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.routes.dashboard.alerts.forms import KINDS, DestinationForm
from portal.routes.web import current
from portal.services.alerts import destinations

bp = Blueprint("adding", __name__, url_prefix="/add")

KIND = f"/<any({', '.join(KINDS)}):kind>"


@bp.get("")
def choose() -> ResponseReturnValue:
    return redirect(url_for("alerts.adding.form", kind=next(iter(KINDS))))


@bp.get(KIND)
def form(kind: str) -> ResponseReturnValue:
    return _show(kind, KINDS[kind][1]())


@bp.post(KIND)
def add(kind: str) -> ResponseReturnValue:
    form = KINDS[kind][1]()
    if not form.validate():
        return _show(kind, form, 422)
    try:
        added = destinations.add(current.account(), current.user(), form.wishes(), form.secret(), form.among)
    except Invalid as error:
        form.add_error(error)
        return _show(kind, form, 422)
    flash(f"Added {added.name}. Send a test alert to see that it arrives.", "success")
    return redirect(url_for("alerts.show", destination_id=added.id), 303)


def _show(kind: str, form: DestinationForm, status: int = 200) -> ResponseReturnValue:
    return render_template("alerts/add.html", kind=kind, kinds=KINDS, form=form), status
