"""The parts of the Configuration tab that say when to sync, and how much of Halo's limit to use."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.routes import access, configuration
from portal.routes.answers import wants_fragment
from portal.routes.configuration import bp
from portal.routes.schedule_forms import LimitForm, ScheduleForm
from portal.services.connecting import integrations
from portal.services.syncing import rate_limits, scheduling

SCHEDULE = "halo/_schedule.html"
LIMIT = "halo/_limit.html"


@bp.post("/schedule")
def reschedule() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = ScheduleForm(scheduling.plan(integration))
    if not form.validate():
        return configuration.show(integration, SCHEDULE, 422, schedule_form=form)
    hour, zone = int(form.full_hour.data), form.time_zone.data
    try:
        scheduling.change(integration, form.schedule(), hour, access.user(), time_zone=zone)
    except Invalid as error:
        form.blame(error)
        return configuration.show(integration, SCHEDULE, 422, schedule_form=form)
    return _saved(integration, SCHEDULE)


@bp.post("/limit")
def limit() -> ResponseReturnValue:
    integration = integrations.halo(access.account())
    form = LimitForm(rate_limits.current(integration))
    if not form.validate():
        return configuration.show(integration, LIMIT, 422, limit_form=form)
    try:
        rate_limits.change(integration, form.share.data, form.quiet(), form.quota.data, access.user())
    except Invalid as error:
        form.blame(error)
        return configuration.show(integration, LIMIT, 422, limit_form=form)
    return _saved(integration, LIMIT)


def _saved(integration: Integration, part: str) -> ResponseReturnValue:
    """Say so in the part for htmx; send a plain browser back to the tab."""
    if wants_fragment():
        return configuration.show(integration, part, saved=True)
    flash("Saved.", "success")
    return redirect(url_for("configuration.index"), 303)
