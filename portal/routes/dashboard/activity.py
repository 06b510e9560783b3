"""The Activity page, and its export as a file."""

from __future__ import annotations

from datetime import tzinfo

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal import clock, zones
from portal.routes.dashboard import activity_days
from portal.routes.dashboard.activity_forms import ActivityForm
from portal.routes.web import answers, audit_origin, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import activity, activity_files
from portal.services.audit.activity_files import FileForm

bp = Blueprint("activity", __name__)


@bp.get("/activity")
def index() -> ResponseReturnValue:
    form = _form()
    filters = form.filters(_zone())
    before = id_of("before")
    return answers.show_refreshing(
        "activity/index.html",
        "activity/_list.html",
        part_id="activity",
        form=form,
        filters=filters,
        query=form.query(),
        before=before,
        page=activity.page(current.account(), filters, before=before),
        periods=activity_days.periods(clock.now().astimezone(_zone()).date()),
        own_session=audit_origin.session_number(),
    )


@bp.get("/activity.csv")
def export() -> ResponseReturnValue:
    """Download all entries that match the filters, as CSV."""
    return _file(FileForm.CSV, "text/csv")


@bp.get("/activity.jsonl")
def export_lines() -> ResponseReturnValue:
    """Download them as JSON Lines."""
    return _file(FileForm.JSON_LINES, "application/x-ndjson")


def _file(form: FileForm, content_type: str) -> Response:
    lines = activity_files.export(current.account(), _form().filters(_zone()), current.user(), form)
    name = f"activity-{clock.now().astimezone(_zone()):%Y-%m-%d}.{form}"
    return Response(
        lines,
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form() -> ActivityForm:
    return ActivityForm(request.args, people=activity.people(current.account()))


def _zone() -> tzinfo:
    return zones.zone(current.account().time_zone)
