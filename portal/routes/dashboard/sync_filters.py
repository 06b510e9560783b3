"""The Sync Filters tab: which record types to sync, and which of their records."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import FiltersChanged, Invalid
from portal.jobs.sync import ring
from portal.models.integrations import Integration
from portal.routes.dashboard import sync_filter_previews
from portal.routes.dashboard.sync_filter_forms import ChosenClientsForm, FiltersForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.connecting import filter_choices
from portal.services.records import exclusions, stored_records
from portal.services.syncing import filter_changes, filter_versions
from portal.services.syncing.filter_changes import Changed
from portal.services.syncing.run_words import listed

bp = Blueprint("sync_filters", __name__, url_prefix="/integrations/<psa:psa>/filters")


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the filters. Without JavaScript, `find` also searches clients here."""
    integration = current.integration()
    return _show(integration, _form(integration))


@bp.get("/clients")
def clients() -> ResponseReturnValue:
    """Show the clients that are ticked now, and those that `find` matches; stores nothing."""
    integration = current.integration()
    form = ChosenClientsForm(request.args)
    form.validate()
    return make_response(
        render_template("dashboard/sync_filters/_chosen_clients.html", form=form, **_clients(integration, form))
    )


@bp.post("")
def change() -> ResponseReturnValue:
    integration = current.integration()
    form = _form(integration)
    if not form.validate():
        return _show(integration, form, 422)
    dropped = [one for one in integration.record_types if one not in (form.record_types.data or [])]
    try:
        changed = filter_changes.change_and_sync(
            integration, form.record_types.data, form.filters(), current.user(), latest=form.latest.data
        )
    except Invalid as error:
        form.add_error(error)
        return _show(integration, form, 422)
    except FiltersChanged:
        return _show_conflict(integration, form)
    if changed.run is not None:
        ring(changed.run)
    flash(*summary(changed, dropped))
    return redirect(url_for("sync_filters.index"), 303)


@bp.post("/preview")
def preview() -> ResponseReturnValue:
    """Count what the form would change: a fragment, or without JavaScript the page."""
    integration = current.integration()
    form = _form(integration)
    shown = sync_filter_previews.of_form(integration, form)
    if not answers.wants_fragment():
        return _show(integration, form, 422 if "why_not" in shown else 200, **shown)
    address = url_for("sync_filters.preview")
    page = render_template("dashboard/sync_filters/_preview.html", address=address, from_form=True, **shown)
    return make_response(page)


def summary(changed: Changed, dropped: list[str]) -> tuple[str, str]:
    """Say what happens next; return the message and its category."""
    saved = "Saved."
    if dropped:
        saved += f" {listed(dropped).capitalize()} are no longer synced. Their records are kept, marked as excluded."
    if not changed.touched:
        return saved if dropped else "Saved. No sync is needed.", "success"
    if changed.run is None:
        return f"{saved} The running sync keeps the old filters; the next one applies the new ones.", "info"
    return f"{saved} A sync of {listed(changed.touched)} has started to apply them.", "success"


def _form(integration: Integration) -> FiltersForm:
    choices = filter_choices.of(integration)  # the PSA may take seconds to send them
    # The version before the filters: if somebody saves in between, saving this form is refused.
    latest = filter_versions.latest_id(integration)
    return FiltersForm(current.integration(), choices, latest)


def _show_conflict(integration: Integration, form: FiltersForm) -> Response:
    """Show what was typed, what somebody else has saved, and what saving over it would change.

    The form now holds the version shown, so the next Save is a decision.
    """
    newest = filter_versions.page(integration).rows[0]
    form.latest.data = newest.id
    differences = filter_changes.differences(integration, form.record_types.data or [], form.filters())
    return _show(integration, form, 409, newest=newest, differences=differences, loads=True)


def _show(integration: Integration, form: FiltersForm, status: int = 200, **shown: Any) -> Response:
    before = id_of("before")
    page = render_template(
        "dashboard/sync_filters/index.html",
        integration=integration,
        form=form,
        counts=stored_records.counts(integration),
        excluded=exclusions.counts(integration),
        is_syncing=filter_changes.is_syncing(integration),
        versions=filter_versions.page(integration, before=before),
        versions_before=before,
        in_use=filter_versions.latest_id(integration),
        undo=filter_versions.undo_target(integration),
        **shown,
        **_clients(integration, form),
    )
    return make_response(page, status)


def _clients(integration: Integration, form: ChosenClientsForm) -> dict[str, Any]:
    """Return the names of the ticked clients, and the other clients that match the search."""
    ticked, text = (
        {*(form.include_clients.data or []), *(form.exclude_clients.data or [])},
        request.args.get("find", ""),
    )
    return {
        "names": filter_choices.client_names(integration, ticked),
        "text": text,
        "found": filter_choices.find_clients(integration, text, without=ticked),
    }
