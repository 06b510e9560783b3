"""The Data Sync tab, and the dashboard's address itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import NotFound, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.routes import access, joining
from portal.routes.answers import wants_fragment
from portal.services.connecting import integrations
from portal.services.pages import dashboard
from portal.services.syncing import scheduling, sync_runs
from portal.services.webhooks import coverage, webhook_health

bp = Blueprint("data_sync", __name__, url_prefix="/integrations/halo")


@bp.get("")
def dashboard_itself() -> ResponseReturnValue:
    return redirect(url_for("data_sync.index"))


@bp.get("/sync")
def index() -> ResponseReturnValue:
    return render_template("halo/sync.html", **_context(integrations.halo(access.account())))


@bp.get("/sync/progress")
def progress() -> ResponseReturnValue:
    """Answer a poll: nothing when nothing has changed since the stamp, else the tab's content."""
    integration = integrations.halo(access.account())
    if request.args.get("stamp") == dashboard.stamp(integration):
        return "", 204
    return _content(integration)


@bp.post("/sync")
def start() -> ResponseReturnValue:
    """Sync what has changed, or the whole lists; of all types, or of those that the form names."""
    integration = integrations.halo(access.account())
    kind = RunKind.FULL if request.form.get("kind") == RunKind.FULL else RunKind.INCREMENTAL
    types = request.form.getlist("record_types") or None
    try:
        sync_later(integration, RunTrigger.USER, access.user(), kind=kind, record_types=types)
    except SyncAlreadyRunning as error:
        joining.describe(error.run_id)
        return _content(integration, 409)
    return _content(integration)


@bp.post("/sync/cancel")
def cancel() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    try:
        sync_runs.request_cancel(integration, access.user())
    except NotFound:
        flash("The sync had ended before it could be cancelled.", "info")
    return _content(integration)


@bp.post("/sync/pause")
def pause() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    scheduling.pause(integration, access.user())
    return _content(integration)


@bp.post("/sync/resume")
def resume() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    scheduling.resume(integration, access.user())
    return _content(integration)


def _content(integration: Integration, status: int = 200) -> Response:
    """Render the tab's content for htmx; send a plain browser back to the tab."""
    if not wants_fragment():
        return make_response(redirect(url_for("data_sync.index"), 303))
    return make_response(render_template("halo/_sync.html", **_context(integration)), status)


def _context(integration: Integration) -> dict[str, Any]:
    return {
        "integration": integration,
        "tab": dashboard.data_sync(integration),
        "plan": scheduling.plan(integration),
        "health": webhook_health.health(integration),
        "meter": coverage.coverage(integration),
    }
