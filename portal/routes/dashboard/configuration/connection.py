"""The connection: its values, what the login may read, and testing it again."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.routes.dashboard.configuration import sections
from portal.routes.web import current, limits
from portal.services.connecting import connection_tests, connections, integrations

bp = Blueprint("connection", __name__)

CARD: Final = "_tests"


@bp.get("/connection")
def index() -> ResponseReturnValue:
    return _show()


@bp.post("/test")
@limits.tests_of_account
@limits.tests_of_user
def test_again() -> ResponseReturnValue:
    diagnosis = integrations.test_again(current.integration(), current.user())
    return _show(200 if diagnosis.ok else 422, diagnosis=diagnosis)


def _show(status: int = 200, **result: Any) -> ResponseReturnValue:
    integration = current.integration()
    context = {
        "integration": integration,
        "lists": connections.lists_of(integration),
        "advice": connections.advice_of(integration),
        "history": connection_tests.history(integration),
    }
    return sections.show(sections.CONNECTION, CARD, status, **context, **result)
