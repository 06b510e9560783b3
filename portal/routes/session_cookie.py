"""Which answers may set the session's cookie.

All tabs of a browser share one cookie. An answer that sets it without need may arrive after the log-in page, which
had to set it, and undo it: the log-in form's token then no longer fits.
"""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_security import current_user

from portal.routes.access import SAFE


def init_app(app: Flask) -> None:
    app.after_request(_keep_without_reason)


def _keep_without_reason(response: Response) -> Response:
    if session.modified and not _has_reason():
        session.modified = False
    return response


def _has_reason() -> bool:
    """Tell whether this is a log-in page, a person's own page, or has a sentence for the log-in page."""
    return request.blueprint == "security" or request.method not in SAFE or current_user.is_authenticated
