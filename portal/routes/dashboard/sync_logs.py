"""The Sync Logs tab, and a run's log as a file."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal.routes.dashboard.sync_log_forms import LogFilterForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import log_files, run_heads, sync_logs
from portal.services.syncing import filter_changes as sync_filters
from portal.services.syncing import sync_runs

bp = Blueprint("sync_logs", __name__, url_prefix="/integrations/<psa:psa>/logs")

FILES: Final = {"csv": (log_files.as_csv, "text/csv"), "jsonl": (log_files.as_json_lines, "application/jsonl")}


@bp.get("")
def index() -> ResponseReturnValue:
    integration = current.integration()
    form = LogFilterForm(request.args)
    filters = form.filters()
    return answers.show_refreshing(
        "dashboard/sync_logs/index.html",
        "dashboard/sync_logs/_logs.html",
        part_id="log",
        is_live=sync_filters.is_syncing(integration),
        integration=integration,
        form=form,
        filters=filters,
        page=sync_logs.page(integration, filters, before=id_of("before"), after=id_of("after")),
        head=run_heads.head(integration, filters.run_id),
    )


@bp.get(f"/<int(max={2**31 - 1}):run_id>.<any(csv, jsonl):form>")
def download(run_id: int, form: str) -> ResponseReturnValue:
    run = sync_runs.get(current.integration(), run_id)
    export_log.sync_log(run, current.user(), form)
    write, content_type = FILES[form]
    return Response(
        write(run),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="sync-log-{run.id}.{form}"'},
    )
