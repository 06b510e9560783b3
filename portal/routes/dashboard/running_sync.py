"""Points people who try to start a sync to the one that is already running."""

from __future__ import annotations

from flask import flash, url_for
from markupsafe import Markup

from portal.models.sync import RunKind, SyncRun
from portal.routes.web.formats import ago
from portal.services.syncing import sync_runs


def address_of(run: SyncRun) -> str:
    """Return the page that shows a run: its log for a single record, otherwise the Data Sync tab."""
    if run.kind == RunKind.RECORD:
        return url_for("sync_logs.run", run_id=run.id)
    return url_for("data_sync.index")


def flash_notice(run_id: int) -> SyncRun:
    """Flash who started the running sync and when, with a link to it; return its run."""
    run = sync_runs.by_id(run_id)
    by = f"started by {run.started_by.name or run.started_by.email}" if run.started_by else "started"
    kind = "single-record sync" if run.kind == RunKind.RECORD else "sync"
    message = Markup('A {} is already running, {} {}. <a href="{}">View it</a>.')
    flash(message.format(kind, by, ago(run.started_at or run.created_at), address_of(run)), "info")
    return run
