"""The Data Sync tab, and the dashboard's own address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import NotFound, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.routes.dashboard import running_sync
from portal.routes.web import current
from portal.routes.web.answers import wants_fragment
from portal.services.pages import dashboard
from portal.services.syncing import scheduling, sync_runs
from portal.services.webhooks import coverage, webhook_health

bp = Blueprint("data_sync", __name__, url_prefix="/integrations/<psa:psa>")


@bp.get("")
def dashboard_root() -> ResponseReturnValue:
    return redirect(url_for("data_sync.index"))


@bp.get("/sync")
def index() -> ResponseReturnValue:
    return render_template("dashboard/data_sync/index.html", **_context(current.integration()))


@bp.get("/sync/progress")
def progress() -> ResponseReturnValue:
    """Answer a poll: nothing if nothing has changed since the stamp, otherwise the tab's content."""
    integration = current.integration()
    if request.args.get("stamp") == dashboard.stamp(integration):
        return "", 204
    return _content(integration)


@bp.post("/sync")
def start() -> ResponseReturnValue:
    """Start a sync of changes or a full sync, of all types or of those in the form."""
    integration = current.integration()
    kind = RunKind.FULL if request.form.get("kind") == RunKind.FULL else RunKind.INCREMENTAL
    types = request.form.getlist("record_types") or None
    try:
        sync_later(integration, RunTrigger.USER, current.user(), kind=kind, record_types=types)
    except SyncAlreadyRunning as error:
        running_sync.flash_notice(error.run_id)
        return _content(integration, 409)
    return _content(integration)


@bp.post("/sync/cancel")
def cancel() -> ResponseReturnValue:
    integration = current.integration()
    try:
        sync_runs.request_cancel(integration, current.user())
    except NotFound:
        flash("The sync finished before it could be cancelled.", "info")
    return _content(integration)


@bp.post("/sync/pause")
def pause() -> ResponseReturnValue:
    integration = current.integration()
    scheduling.pause(integration, current.user())
    return _content(integration)


@bp.post("/sync/resume")
def resume() -> ResponseReturnValue:
    integration = current.integration()
    scheduling.resume(integration, current.user())
    return _content(integration)


def _content(integration: Integration, status: int = 200) -> Response:
    """Render the tab's content for htmx; redirect a plain browser to the tab."""
    if not wants_fragment():
        return make_response(redirect(url_for("data_sync.index"), 303))
    return make_response(render_template("dashboard/data_sync/_sync.html", **_context(integration)), status)


def _context(integration: Integration) -> dict[str, Any]:
    return {
        "integration": integration,
        "tab": dashboard.data_sync(integration),
        "plan": scheduling.plan(integration),
        "health": webhook_health.health(integration),
        "meter": coverage.coverage(integration),
    }
