"""The Data Sync tab, and the dashboard's own address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import NotFound, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.routes.dashboard import history_bars, history_periods, running_sync
from portal.routes.web import current
from portal.routes.web.answers import wants_fragment
from portal.services.pages.data_sync import health, previous, tab, type_rows
from portal.services.pages.data_sync import history as run_history
from portal.services.syncing import rate_limits, scheduling, sync_runs
from portal.services.webhooks import coverage, webhook_health

bp = Blueprint("data_sync", __name__, url_prefix="/integrations/<psa:psa>")


@bp.get("")
def dashboard_root() -> ResponseReturnValue:
    return redirect(url_for("data_sync.index"))


@bp.get("/sync")
def index() -> ResponseReturnValue:
    integration = current.integration()
    return render_template("dashboard/data_sync/index.html", **_context(integration), **_history(integration))


@bp.get("/sync/progress")
def progress() -> ResponseReturnValue:
    """Answer a poll: nothing if nothing has changed since the stamp, otherwise the tab's content."""
    integration = current.integration()
    if request.args.get("stamp") == tab.stamp(integration):
        return "", 204
    return _content(integration)


@bp.get("/sync/history")
def history() -> ResponseReturnValue:
    """Answer a poll for the history of runs: nothing if it has not changed since the stamp."""
    integration, period = current.integration(), history_periods.chosen()
    if request.args.get("stamp") == run_history.stamp(integration, period):
        return "", 204
    if not wants_fragment():
        return redirect(url_for("data_sync.index", **history_periods.arguments(period)))
    return render_template("dashboard/data_sync/_history.html", **_history(integration))


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
        address = url_for("data_sync.index", **history_periods.arguments(history_periods.chosen()))
        return make_response(redirect(address, 303))
    context = _context(integration)
    if not context["tab"].is_live:
        # The run may just have ended, so its bar comes with it.
        context |= _history(integration)
    return make_response(render_template("dashboard/data_sync/_sync.html", **context), status)


def _context(integration: Integration) -> dict[str, Any]:
    # First, with its stamp: if something changes meanwhile, the next poll returns the tab again.
    shown = tab.data_sync(integration)
    line = health.health_line(integration)
    return {
        "integration": integration,
        "tab": shown,
        "line": line,
        "rows": type_rows.type_rows(integration, line.types),
        "plan": scheduling.plan(integration),
        "budget": rate_limits.current(integration),
        "health": webhook_health.health(integration),
        "meter": coverage.coverage(integration),
        "period_arguments": history_periods.arguments(history_periods.chosen()),
    }


def _history(integration: Integration) -> dict[str, Any]:
    history = run_history.history(integration, history_periods.chosen())
    return {
        "history": history,
        "bar_words": history_bars.in_words(history),
        "previous": previous.previous(integration),
    }
