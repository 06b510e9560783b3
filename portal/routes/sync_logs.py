"""The Sync Logs tab."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.models.sync import LogLevel
from portal.routes import access
from portal.routes.forms import LogFilterForm
from portal.services import integrations, sync_logs
from portal.sync.record_types import RecordType

bp = Blueprint("sync_logs", __name__, url_prefix="/integrations/halo/logs")


@bp.get("")
def index() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = LogFilterForm(request.args)
    filters = _filters(form)
    page = sync_logs.page(integration, filters, before=_id("before"), after=_id("after"))
    return render_template("halo/logs.html", integration=integration, form=form, filters=filters, page=page)


def _filters(form: LogFilterForm) -> sync_logs.Filters:
    """Read the filters; a value that nobody could have chosen counts as none."""
    form.validate()
    level = "" if form.level.errors else form.level.data
    record_type = "" if form.record_type.errors else form.record_type.data
    return sync_logs.Filters(
        level=LogLevel(level) if level else None,
        record_type=RecordType(record_type) if record_type else None,
        run_id=_id("run"),
    )


def _id(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value < 2**63 else None
