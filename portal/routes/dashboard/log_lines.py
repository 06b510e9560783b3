"""The lines of the sync logs: searched, followed as they are written, one by one, grouped, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import Any, Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal import clock, zones
from portal.routes.dashboard.sync_log_forms import LogFilterForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import log_files, sync_logs
from portal.services.pages import log_lines as lines
from portal.services.pages.log_files import Batches
from portal.services.syncing import filter_changes as sync_filters

bp = Blueprint("lines", __name__, url_prefix="/lines")

FILES: Final[dict[str, tuple[Callable[[Batches], Iterator[str]], str]]] = {
    "csv": (log_files.as_csv, "text/csv"),
    "jsonl": (log_files.as_json_lines, "application/jsonl"),
}
TEMPLATES: Final = ("dashboard/sync_logs/lines.html", "dashboard/sync_logs/_lines.html")
# How many lines a page that follows the log may grow to, before those at its end go.
MOST_ROWS: Final = 300


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the lines that match. The newest page follows the log, unless it is paused."""
    integration, form = current.integration(), LogFilterForm(request.args)
    filters = form.filters(_zone())
    context: dict[str, Any] = {"integration": integration, "form": form, "filters": filters, "query": form.query()}
    if id_of("before") is None and id_of("after") is None and "pause" not in request.args:
        return _live(context)
    page = sync_logs.page(integration, filters, before=id_of("before"), after=id_of("after"))
    return answers.show(*TEMPLATES, **context, page=page, is_paused="pause" in request.args)


@bp.get(f"/<int(max={2**31 - 1}):line_id>")
def line(line_id: int) -> ResponseReturnValue:
    integration = current.integration()
    return answers.show(
        "dashboard/sync_logs/line.html",
        "dashboard/sync_logs/_line.html",
        integration=integration,
        neighbours=lines.neighbours(integration, line_id),
    )


@bp.get("/repeated")
def repeated() -> ResponseReturnValue:
    """Show the warnings and errors of a period, those with the same cause once, with their number."""
    integration, form = current.integration(), LogFilterForm(request.args)
    filters = form.filters(_zone())
    return answers.show_refreshing(
        "dashboard/sync_logs/repeated.html",
        "dashboard/sync_logs/_repeated.html",
        part_id="repeated",
        integration=integration,
        form=form,
        query=form.query_of(),
        filters=filters,
        causes=lines.causes(integration, filters),
    )


@bp.get("/export.<any(csv, jsonl):form>")
def export(form: str) -> ResponseReturnValue:
    """Download all lines that match the filters."""
    integration, chosen = current.integration(), LogFilterForm(request.args)
    filters, query = chosen.filters(_zone()), chosen.query()
    words = ", ".join(f"{name} {value}" for name, value in query.items()) or "all entries"
    export_log.log_lines(integration, words, current.user(), form)
    return file(log_files.matching(integration, filters), f"sync-logs-{clock.now():%Y-%m-%d}", form)


def file(batches: Batches, name: str, form: str) -> Response:
    """Answer with lines as a file to download."""
    write, content_type = FILES[form]
    return Response(
        write(batches),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


def _live(context: dict[str, Any]) -> ResponseReturnValue:
    """Show the newest lines, and let the page ask for more. Lines that it shows stay, back to `oldest`."""
    integration, filters = context["integration"], context["filters"]
    is_live = sync_filters.is_syncing(integration)
    if "stamp" in request.args:
        # Most polls find nothing new, and the newest line is found much faster than a page of them.
        version = _version(sync_logs.newest_id(integration, filters))
        if answers.is_unchanged(answers.stamp_of(version, is_live=is_live)):
            return "", 204
    page = sync_logs.newest(integration, filters, oldest=id_of("oldest"), most=MOST_ROWS)
    version = _version(page.rows[0].id if page.rows else 0)
    keep = {"oldest": str(page.rows[-1].id)} if page.rows else {}
    return answers.show_refreshing(
        *TEMPLATES, part_id="log", is_live=is_live, version=version, keep=keep, page=page, is_paused=False, **context
    )


def _version(newest_id: int) -> str:
    return f"lines {newest_id}"


def _zone() -> tzinfo:
    return zones.zone(current.account().time_zone)
