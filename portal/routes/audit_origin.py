"""Where a request comes from, for the audit log: services ask for it when they write an entry."""

from __future__ import annotations

from flask import Flask, g, request

from portal.services import audit
from portal.services.audit import Origin


def init_app(app: Flask) -> None:
    app.before_request(_set)
    app.teardown_request(_reset)


def here() -> Origin:
    """Return the address of the caller and the number of their session, if they have one by now."""
    return Origin(request.remote_addr or "", g.get("session_number"))


def _set() -> None:
    audit.origin.set(here)


def _reset(error: BaseException | None) -> None:  # noqa: ARG001  # Flask's signature
    # The next request in this thread may be one of the webhook's receiver, which sets nothing.
    audit.origin.set(Origin)
