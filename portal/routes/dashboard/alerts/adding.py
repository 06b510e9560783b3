"""Adding a destination: a form for each kind."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.routes.dashboard.alerts.forms import KIND, KINDS, AddressForm, WishesForm
from portal.routes.web import current
from portal.services.alerts import destinations

bp = Blueprint("adding", __name__, url_prefix="/add")


@bp.get("")
def choose() -> ResponseReturnValue:
    return redirect(url_for("alerts.adding.form", kind=next(iter(KINDS))))


@bp.get(f"/{KIND}")
def form(kind: str) -> ResponseReturnValue:
    return _show(kind, KINDS[kind][1](), WishesForm())


@bp.post(f"/{KIND}")
def add(kind: str) -> ResponseReturnValue:
    form, wishes = KINDS[kind][1](), WishesForm()
    if not all([form.validate(), wishes.validate()]):
        return _show(kind, form, wishes, 422)
    try:
        added = destinations.add(current.account(), current.user(), wishes.wishes(), form.secret(), form.among)
    except Invalid as error:
        form.add_error(error)
        return _show(kind, form, wishes, 422)
    flash(f"Added {added.name}. Send a test alert to see that it arrives.", "success")
    return redirect(url_for("alerts.show", destination_id=added.id), 303)


def _show(kind: str, form: AddressForm, wishes: WishesForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("alerts/add.html", kind=kind, kinds=KINDS, form=form, wishes=wishes, destination=None)
    return page, status
