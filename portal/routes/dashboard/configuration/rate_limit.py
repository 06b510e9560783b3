"""How much of the PSA's rate limit to use."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.routes.dashboard.configuration import sections
from portal.routes.dashboard.configuration.rate_limit_forms import RateLimitForm
from portal.routes.web import current
from portal.routes.web.answers import wants_fragment
from portal.services.syncing import rate_limits

bp = Blueprint("rate_limit", __name__)

CARD: Final = "_rate_limit"


@bp.get("/limit")
def index() -> ResponseReturnValue:
    return _show(current.integration())


@bp.post("/limit")
def change() -> ResponseReturnValue:
    integration = current.integration()
    form = RateLimitForm(rate_limits.current(integration))
    if not form.validate():
        return _show(integration, form, 422)
    try:
        rate_limits.change(integration, form.share.data, form.quiet(), form.quota.data, current.user())
    except Invalid as error:
        form.add_error(error)
        return _show(integration, form, 422)
    if wants_fragment():
        return _show(current.integration(), saved=True)
    return sections.confirm(sections.RATE_LIMIT, "Saved.")


def _show(integration: Integration, form: RateLimitForm | None = None, status: int = 200, **result: Any) -> Response:
    spending = rate_limits.current(integration)
    form = form or RateLimitForm(spending, formdata=None)
    context = {"integration": integration, "spending": spending, "limit_form": form}
    return sections.show(sections.RATE_LIMIT, CARD, status, **context, **result)
