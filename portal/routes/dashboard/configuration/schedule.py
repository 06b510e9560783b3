"""When to sync."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.routes.dashboard.configuration import sections
from portal.routes.dashboard.configuration.schedule_forms import ScheduleForm
from portal.routes.web import current
from portal.routes.web.answers import wants_fragment
from portal.services.syncing import scheduling

bp = Blueprint("schedule", __name__)

CARD: Final = "_schedule"


@bp.get("/schedule")
def index() -> ResponseReturnValue:
    return _show(current.integration())


@bp.post("/schedule")
def change() -> ResponseReturnValue:
    integration = current.integration()
    form = ScheduleForm(scheduling.plan(integration))
    if not form.validate():
        return _show(integration, form, 422)
    hour, zone = int(form.full_hour.data), form.time_zone.data
    try:
        scheduling.change(integration, form.schedule(), hour, current.user(), time_zone=zone)
    except Invalid as error:
        form.add_error(error)
        return _show(integration, form, 422)
    if wants_fragment():
        return _show(current.integration(), saved=True)
    return sections.confirm(sections.SCHEDULE, "Saved.")


def _show(integration: Integration, form: ScheduleForm | None = None, status: int = 200, **result: Any) -> Response:
    plan = scheduling.plan(integration)
    form = form or ScheduleForm(plan, formdata=None)
    context = {"integration": integration, "plan": plan, "schedule_form": form}
    return sections.show(sections.SCHEDULE, CARD, status, **context, **result)
