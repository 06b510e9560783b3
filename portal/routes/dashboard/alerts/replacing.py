"""Replacing the address of a destination. The stored one is never shown, so all of the new one is entered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.alerts import AlertDestination
from portal.routes.dashboard.alerts.forms import KIND, KINDS, AddressForm, kind_of
from portal.routes.dashboard.alerts.pages import ONE
from portal.routes.web import current
from portal.services.alerts import destinations

bp = Blueprint("replacing", __name__, url_prefix=f"{ONE}/address")


@bp.get("")
def choose(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    kind = kind_of(destination.service)
    return redirect(url_for("alerts.replacing.form", destination_id=destination.id, kind=kind))


@bp.get(f"/{KIND}")
def form(destination_id: int, kind: str) -> ResponseReturnValue:
    return _show(destinations.get(current.account(), destination_id), kind, KINDS[kind][1]())


@bp.post(f"/{KIND}")
def replace(destination_id: int, kind: str) -> ResponseReturnValue:
    destination, form = destinations.get(current.account(), destination_id), KINDS[kind][1]()
    if not form.validate():
        return _show(destination, kind, form, 422)
    try:
        destinations.replace_address(destination, current.user(), form.secret(), form.among)
    except Invalid as error:
        form.add_error(error)
        return _show(destination, kind, form, 422)
    flash(f"Replaced the address of {destination.name}. Send a test alert to see that it arrives.", "success")
    return redirect(url_for("alerts.show", destination_id=destination.id), 303)


def _show(destination: AlertDestination, kind: str, form: AddressForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("alerts/replace.html", kind=kind, kinds=KINDS, form=form, destination=destination)
    return page, status
