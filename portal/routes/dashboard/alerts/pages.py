"""The list of destinations with the log of messages, and the page of each destination."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.jobs import alerts
from portal.models.alerts import AlertDestination
from portal.routes.dashboard.alerts.forms import WishesForm
from portal.routes.web import answers, current, limits
from portal.routes.web.search_forms import id_of
from portal.services.alerts import destinations
from portal.services.pages import alert_pages

bp = Blueprint("alerts", __name__, url_prefix="/alerts")

ONE = f"/<int(max={2**31 - 1}):destination_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    before = id_of("before")
    return answers.show_refreshing(
        "alerts/index.html",
        "alerts/_overview.html",
        part_id="alerts",
        is_live=alert_pages.is_live(current.account()),
        destinations=destinations.all_of(current.account()),
        page=alert_pages.log(current.account(), before=before),
        before=before,
        only=None,
    )


@bp.get(ONE)
def show(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    return _show(destination, WishesForm(obj=destination))


@bp.post(ONE)
def change(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    form = WishesForm()
    if not form.validate():
        answer = _show(destination, form)
        answer.status_code = 422
        return answer
    destinations.change(destination, current.user(), form.wishes())
    flash("Saved.", "success")
    return _back(destination)


@bp.post(f"{ONE}/test")
@limits.tests_of_account
@limits.tests_of_user
def test(destination_id: int) -> ResponseReturnValue:
    """Queue a test message. The page shows its result when it is known."""
    destination = destinations.get(current.account(), destination_id)
    destinations.test(destination, current.user())
    alerts.ring(destination.id)
    flash(f"Sending a test alert to {destination.name}. Its result appears below.", "info")
    return _back(destination)


@bp.post(f"{ONE}/pause")
def pause(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    destinations.pause(destination, current.user())
    flash(f"Alerts to {destination.name} are paused.", "success")
    return _back(destination)


@bp.post(f"{ONE}/resume")
def resume(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    destinations.resume(destination, current.user())
    flash(f"Alerts to {destination.name} have resumed.", "success")
    return _back(destination)


@bp.get(f"{ONE}/delete")
def confirm_delete(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    return render_template("alerts/delete.html", destination=destination)


@bp.post(f"{ONE}/delete")
def delete(destination_id: int) -> ResponseReturnValue:
    destination = destinations.get(current.account(), destination_id)
    destinations.delete(destination, current.user())
    flash(f"Deleted {destination.name}. No more alerts are sent there.", "success")
    return redirect(url_for("alerts.index"), 303)


def _show(destination: AlertDestination, form: WishesForm) -> Response:
    before = id_of("before")
    return answers.show_refreshing(
        "alerts/show.html",
        "alerts/_log.html",
        part_id="alerts",
        is_live=alert_pages.is_live(current.account(), destination),
        destination=destination,
        form=form,
        page=alert_pages.log(current.account(), destination, before=before),
        before=before,
        only=destination,
    )


def _back(destination: AlertDestination) -> ResponseReturnValue:
    return redirect(url_for("alerts.show", destination_id=destination.id), 303)
