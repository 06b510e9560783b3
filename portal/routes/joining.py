"""Starting a sync, or leading whoever comes second to the one that goes on."""

from __future__ import annotations

from flask import flash, url_for
from markupsafe import Markup

from portal.models.sync import RunKind, SyncRun
from portal.routes.formats import ago
from portal.services.syncing import sync_runs


def address_of(run: SyncRun) -> str:
    """Return where a run can be watched: its log for a single record, the Data Sync tab for all others."""
    if run.kind == RunKind.RECORD:
        return url_for("sync_logs.index", run=run.id)
    return url_for("data_sync.index")


def describe(run_id: int) -> SyncRun:
    """Say in a message who started the run that goes on, when, and where it can be seen; returns the run."""
    run = sync_runs.by_id(run_id)
    by = f"started by {run.started_by.name or run.started_by.email}" if run.started_by else "started"
    what = "sync of one record" if run.kind == RunKind.RECORD else "sync"
    words = Markup('A {} is already running, {} {}: <a href="{}">here it is</a>.')
    flash(words.format(what, by, ago(run.started_at or run.created_at), address_of(run)), "info")
    return run
