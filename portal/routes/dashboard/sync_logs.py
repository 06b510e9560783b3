"""The Sync Logs tab: its runs, each opened step by step, and a run's log as a file."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import zones
from portal.routes.dashboard import log_lines
from portal.routes.dashboard.sync_log_forms import RunFilterForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import log_files, log_runs, run_heads, run_logs
from portal.services.syncing import filter_changes as sync_filters
from portal.services.syncing import sync_runs
from portal.sync.record_types import RecordType

bp = Blueprint("sync_logs", __name__, url_prefix="/integrations/<psa:psa>/logs")
bp.register_blueprint(log_lines.bp)

RUN = f"<int(max={2**31 - 1}):run_id>"
LINE = f"<int(max={2**31 - 1}):line_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    integration = current.integration()
    form = RunFilterForm(request.args)
    filters = form.filters(_zone())
    page = log_runs.page(integration, filters, before=id_of("before"), after=id_of("after"))
    is_live = sync_filters.is_syncing(integration)
    return answers.show_refreshing(
        "dashboard/sync_logs/index.html",
        "dashboard/sync_logs/_runs.html",
        part_id="runs",
        is_live=is_live,
        version=log_runs.stamp(page),
        integration=integration,
        form=form,
        filters=filters,
        page=page,
    )


@bp.get(f"/runs/{RUN}")
def run(run_id: int) -> ResponseReturnValue:
    integration = current.integration()
    found = sync_runs.get(integration, run_id)
    context: dict[str, Any] = {
        "integration": integration,
        "head": run_heads.head(found),
        "lines": run_logs.run_lines(found),
    }
    page, part = "dashboard/sync_logs/run.html", "dashboard/sync_logs/_run.html"
    if found.is_live:
        return answers.show_refreshing(page, part, part_id=f"run-{run_id}-log", is_live=True, **context)
    return answers.show(page, part, **context)


@bp.get(f"/runs/{RUN}/<record_type:record_type>")
def step(run_id: int, record_type: RecordType) -> ResponseReturnValue:
    integration = current.integration()
    found = sync_runs.get(integration, run_id)
    return answers.show(
        "dashboard/sync_logs/step.html",
        "dashboard/sync_logs/_step.html",
        integration=integration,
        run=found,
        step=run_logs.step(found, record_type, after=id_of("after"), before=id_of("before")),
    )


@bp.get(f"/pages/{LINE}")
def page(line_id: int) -> ResponseReturnValue:
    integration = current.integration()
    return answers.show(
        "dashboard/sync_logs/page.html",
        "dashboard/sync_logs/_page.html",
        integration=integration,
        page=run_logs.page(integration, line_id),
    )


@bp.get(f"/{RUN}.<any(csv, jsonl):form>")
def download(run_id: int, form: str) -> ResponseReturnValue:
    found = sync_runs.get(current.integration(), run_id)
    export_log.sync_log(found, current.user(), form)
    return log_lines.file(log_files.of_run(found), f"sync-log-{found.id}", form)


def _zone() -> tzinfo:
    return zones.zone(current.account().time_zone)
