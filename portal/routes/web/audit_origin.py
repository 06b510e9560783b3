"""Where a request comes from, for the audit log: services ask for it when they write an entry."""

from __future__ import annotations

from flask import Flask, g, request

from portal.services.audit import audit_log
from portal.services.audit.audit_log import Origin


def init_app(app: Flask) -> None:
    app.before_request(_set)
    app.teardown_request(_reset)


def here() -> Origin:
    return Origin(request.remote_addr or "", session_number())


def session_number() -> int | None:
    """Return the number of the caller's log-in session, None before they have one."""
    number: int | None = g.get("session_number")
    return number


def _set() -> None:
    audit_log.origin.set(here)


def _reset(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    # The next request in this thread may be one of the webhook's receiver, which sets nothing.
    audit_log.origin.set(Origin)
