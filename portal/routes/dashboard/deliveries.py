"""The webhook deliveries: their list, the page of each, and replaying them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import zones
from portal.jobs.refetches import ring
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery
from portal.routes.dashboard.delivery_forms import DeliveryFilterForm, ReplayForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.pages import delivery_lists, delivery_pages, delivery_rows
from portal.services.webhooks import delivery_store, replaying

bp = Blueprint("deliveries", __name__, url_prefix="/integrations/<psa:psa>/deliveries")

ONE = f"/<int(max={2**31 - 1}):delivery_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    context = _list()
    filters, integration = context["filters"], context["integration"]
    offers, store = replaying.offers(integration, filters), delivery_store.notes(integration)
    return render_template("deliveries/index.html", offers=offers, store=store, **context)


@bp.get("/progress")
def progress() -> ResponseReturnValue:
    """Answer a poll of the list: nothing while its rows are unchanged."""
    context = _list()
    if request.args.get("stamp") == context["page"].stamp:
        return "", 204
    return render_template("deliveries/_list.html", **context)


@bp.get("/replay")
def confirm() -> ResponseReturnValue:
    """Ask for confirmation without JavaScript; with it, the page opens a dialog instead."""
    integration = current.integration()
    offer = replaying.offer(integration, ReplayForm(request.args).choice(_zone()))
    return render_template("deliveries/replay.html", integration=integration, offer=offer)


@bp.post("/replay")
def replay_all() -> ResponseReturnValue:
    integration = current.integration()
    replayed = replaying.replay_all(integration, ReplayForm(request.form).choice(_zone()), current.user())
    ring(integration.id)
    words = f"Replaying {replayed.number:,} {'delivery' if replayed.number == 1 else 'deliveries'}."
    flash(f"{words} There are more; replay again for those." if replayed.more else words, "success")
    return redirect(url_for("deliveries.index"), 303)


@bp.get(ONE)
def show(delivery_id: int) -> ResponseReturnValue:
    integration, delivery = _load(delivery_id)
    return _show(integration, delivery)


@bp.get(f"{ONE}/progress")
def watch(delivery_id: int) -> ResponseReturnValue:
    """Answer a poll of a waiting delivery's page: nothing while it is unchanged."""
    integration, delivery = _load(delivery_id)
    (row,) = delivery_rows.rows([delivery])
    if request.args.get("stamp") == delivery_pages.stamp(row):
        return "", 204
    return _show(integration, delivery)


@bp.post(f"{ONE}/replay")
def replay(delivery_id: int) -> ResponseReturnValue:
    integration, delivery = _load(delivery_id)
    if replaying.replay(integration, delivery, current.user()):
        ring(integration.id)
        flash("Replaying this delivery.", "success")
    else:
        flash("Nothing to replay: this delivery doesn't name a record that is synced.", "info")
    return redirect(url_for("deliveries.show", delivery_id=delivery_id), 303)


def _list() -> dict[str, Any]:
    integration = current.integration()
    form = DeliveryFilterForm(request.args)
    filters, before, after = form.filters(_zone()), id_of("before"), id_of("after")
    page = delivery_lists.page(integration, filters, before=before, after=after)
    return {
        "integration": integration,
        "form": form,
        "filters": filters,
        "query": form.query(),
        "before": before,
        "after": after,
        "page": page,
    }


def _load(delivery_id: int) -> tuple[Integration, Delivery]:
    integration = current.integration()
    delivery = delivery_pages.get(integration, delivery_id)
    if not current.user().is_admin:
        delivery = delivery_pages.without_address(delivery, integration.webhook_id)
    return integration, delivery


def _show(integration: Integration, delivery: Delivery) -> Response:
    view = delivery_pages.view(delivery)
    return answers.show("deliveries/show.html", "deliveries/_delivery.html", integration=integration, view=view)


def _zone() -> Any:
    return zones.zone(current.account().time_zone)
