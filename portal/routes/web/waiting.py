"""Limits how many pages wait for other servers at the same time: each call needs one of a few places."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g

from portal import outbound_slots
from portal.errors import Busy
from portal.routes.web.errors import answer
from portal.routes.web.headers import request_id


def init_app(app: Flask) -> None:
    app.jinja_env.globals["error_id"] = request_id
    app.before_request(_enter)
    app.teardown_request(_leave)
    app.register_error_handler(Busy, busy)


def busy(error: Busy) -> Response:
    response = answer(error.status, error.problem, error.remedy, can_retry=True)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _enter() -> None:
    g.page = outbound_slots.enter_page()
    # The page shows this id, and the log has the exact cause of a failed call under it.
    g.logged = structlog.contextvars.bind_contextvars(error_id=request_id())


def _leave(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    if entered := g.pop("page", None):
        outbound_slots.leave_page(entered)
        structlog.contextvars.reset_contextvars(**g.pop("logged"))
