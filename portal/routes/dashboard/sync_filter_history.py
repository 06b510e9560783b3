"""Going back to earlier filters: the last change undone, or any version of the history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Conflict
from portal.jobs.sync import ring
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.routes.dashboard import sync_filter_previews, sync_filters
from portal.routes.web import answers, current
from portal.services.syncing import filter_changes, filter_versions
from portal.sync.filters import read

bp = Blueprint("filter_history", __name__, url_prefix="/integrations/<psa:psa>/filters")
VERSION = f"/history/<int(max={2**31 - 1}):version_id>"


@bp.get("/undo")
def undo() -> ResponseReturnValue:
    """Ask before undoing the last change."""
    integration = current.integration()
    version = filter_versions.undo_target(integration)
    if version is None:
        raise Conflict(*filter_changes.NOTHING_TO_UNDO)
    return _ask(integration, version, url_for("filter_history.undo_now"), is_undo=True)


@bp.post("/undo")
def undo_now() -> ResponseReturnValue:
    integration = current.integration()
    return _done(filter_changes.undo(integration, current.user(), latest=_latest()))


@bp.get(VERSION)
def show(version_id: int) -> ResponseReturnValue:
    """Ask before going back to these filters."""
    integration = current.integration()
    version = filter_versions.get(integration, version_id)
    return _ask(integration, version, url_for("filter_history.restore", version_id=version_id))


@bp.post(VERSION)
def restore(version_id: int) -> ResponseReturnValue:
    integration = current.integration()
    version = filter_versions.get(integration, version_id)
    why = filter_versions.WENT_BACK
    return _done(filter_changes.restore(integration, version, current.user(), latest=_latest(), why=why))


@bp.post(f"{VERSION}/preview")
def preview(version_id: int) -> ResponseReturnValue:
    """Count what going back does: a fragment, or without JavaScript the page."""
    integration = current.integration()
    version = filter_versions.get(integration, version_id)
    shown = sync_filter_previews.of_version(integration, version)
    if answers.wants_fragment():
        address = url_for("filter_history.preview", version_id=version_id)
        return render_template(
            "dashboard/sync_filters/_preview.html", address=address, title="What this does", **shown
        )
    return _ask(integration, version, url_for("filter_history.restore", version_id=version_id), **shown)


def _ask(
    integration: Integration, version: FilterVersion, action: str, *, is_undo: bool = False, **shown: Any
) -> Response:
    page = render_template(
        "dashboard/sync_filters/restore.html",
        integration=integration,
        action=action,
        latest=filter_versions.latest_id(integration),
        changes=filter_changes.differences(integration, version.record_types, read(version.filters)),
        question="Undo the last change?" if is_undo else "Go back to these filters?",
        button="Undo" if is_undo else "Go back to these",
        address=url_for("filter_history.preview", version_id=version.id),
        loads=True,
        **shown,
    )
    return make_response(page)


def _done(changed: filter_changes.Changed) -> ResponseReturnValue:
    if changed.run is not None:
        ring(changed.run)
    flash(*sync_filters.summary(changed, []))
    return redirect(url_for("sync_filters.index"), 303)


def _latest() -> int:
    """Read which version the person had before their eyes."""
    return request.form.get("latest", default=0, type=int)
