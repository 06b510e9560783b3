"""How much of the PSA's rate limit to use."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.routes.dashboard.configuration import tab
from portal.routes.dashboard.configuration.rate_limit_forms import RateLimitForm
from portal.routes.web import current
from portal.services.syncing import rate_limits

bp = Blueprint("rate_limit", __name__)

CARD: Final = "dashboard/configuration/_rate_limit.html"


@bp.post("/limit")
def change() -> ResponseReturnValue:
    integration = current.integration()
    form = RateLimitForm(rate_limits.current(integration))
    if not form.validate():
        return tab.show(CARD, 422, limit_form=form)
    try:
        rate_limits.change(integration, form.share.data, form.quiet(), form.quota.data, current.user())
    except Invalid as error:
        form.add_error(error)
        return tab.show(CARD, 422, limit_form=form)
    return tab.show_saved(CARD)
