"""Excluding one record by hand, and including it again."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid, SyncAlreadyRunning
from portal.jobs.sync import sync_later
from portal.models.integrations import Integration
from portal.models.sync import RunKind, RunTrigger
from portal.routes.dashboard.record_page import ONE
from portal.routes.web import current
from portal.services.pages import related_records
from portal.services.records import hand_exclusions, stored_records
from portal.sync.record_types import RecordType

bp = Blueprint(
    "record_exclusion",
    __name__,
    url_prefix=f"/integrations/<psa:psa>/records/<record_type:record_type>{ONE}",
)


@bp.get("/exclude")
def confirm(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    """Ask for the reason, and for a client, whether its records go along."""
    return _ask(current.integration(), record_type, remote_id)


@bp.post("/exclude")
def exclude(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    integration, with_records = current.integration(), request.form.get("records") == "exclude"
    try:
        hand_exclusions.exclude(
            integration,
            record_type,
            remote_id,
            current.user(),
            why=request.form.get("why", ""),
            with_records=with_records,
        )
    except Invalid as error:
        return _ask(integration, record_type, remote_id, error)
    flash("Excluded. Syncs and webhooks leave it out until somebody includes it again.", "success")
    return redirect(url_for("records.show", record_type=record_type, remote_id=remote_id), 303)


@bp.post("/include")
def include(record_type: RecordType, remote_id: int) -> ResponseReturnValue:
    integration = current.integration()
    hand_exclusions.include(integration, record_type, remote_id, current.user())
    try:
        sync_later(
            integration,
            RunTrigger.USER,
            current.user(),
            kind=RunKind.RECORD,
            record_types=[record_type.value],
            remote_ids=[remote_id],
        )
    except SyncAlreadyRunning:
        flash("Included again. The sync after the running one brings it back.", "info")
    else:
        flash("Included again. It comes back in a moment, if your sync filters include it.", "success")
    return redirect(url_for("records.show", record_type=record_type, remote_id=remote_id), 303)


def _ask(integration: Integration, record_type: RecordType, remote_id: int, error: Invalid | None = None) -> Response:
    page = render_template(
        "records/exclude.html",
        integration=integration,
        record_type=record_type,
        record=stored_records.get(integration, record_type, remote_id),
        related=related_records.of(integration, record_type, remote_id) if record_type is RecordType.CLIENTS else [],
        error=error,
        longest=hand_exclusions.LONGEST_REASON,
    )
    return make_response(page, 422 if error else 200)
