"""Tells the audit log where a request comes from, whenever a service writes an entry."""

from __future__ import annotations

from flask import Flask, g, request

from portal.services.audit import audit_log
from portal.services.audit.audit_log import Origin


def init_app(app: Flask) -> None:
    app.before_request(_set)
    app.teardown_request(_reset)


def origin() -> Origin:
    return Origin(request.remote_addr or "", session_number())


def session_number() -> int | None:
    """Return the number of the caller's log-in session; None before the log-in."""
    number: int | None = g.get("session_number")
    return number


def _set() -> None:
    audit_log.origin.set(origin)


def _reset(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    # The next request in this thread may go to the webhook receiver, which sets no origin.
    audit_log.origin.set(Origin)
