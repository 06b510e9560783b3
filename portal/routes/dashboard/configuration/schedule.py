"""When to sync."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.routes.dashboard.configuration import tab
from portal.routes.dashboard.configuration.schedule_forms import ScheduleForm
from portal.routes.web import current
from portal.services.syncing import scheduling

bp = Blueprint("schedule", __name__)

CARD: Final = "dashboard/configuration/_schedule.html"


@bp.post("/schedule")
def change() -> ResponseReturnValue:
    integration = current.integration()
    form = ScheduleForm(scheduling.plan(integration))
    if not form.validate():
        return tab.show(CARD, 422, schedule_form=form)
    hour, zone = int(form.full_hour.data), form.time_zone.data
    try:
        scheduling.change(integration, form.schedule(), hour, current.user(), time_zone=zone)
    except Invalid as error:
        form.add_error(error)
        return tab.show(CARD, 422, schedule_form=form)
    return tab.show_saved(CARD)
