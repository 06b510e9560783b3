"""The session's cookie: what it is called, how long a browser keeps it, and which answers may set it.

All tabs of a browser share one cookie. An answer that sets it without need may arrive after one that had to set it,
and undo it. So only the log-in pages and the pages of people who are logged in set it, and only to change it.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any, Final

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from portal.config import Config

NAME: Final = "portal"
WAITS_FOR_CODE: Final = "tf_user_id"  # Flask-Security's, between password and code
WAITS_SINCE: Final = "password_was_right_at"


class Session(SecureCookieSession):
    """Knows with what it was opened."""

    def __init__(self, initial: dict[str, Any] | None = None) -> None:
        super().__init__(initial)
        self.opened = deepcopy(dict(initial or {}))


class Interface(SecureCookieSessionInterface):
    session_class: type[SecureCookieSession] = Session

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        is_changed = not isinstance(session, Session) or dict(session) != session.opened
        return is_changed and super().should_set_cookie(app, session)


def settings(config: Config, *, secure: bool) -> dict[str, Any]:
    return {
        # Browsers take a name with this prefix only over https, from this very host, for all of its paths.
        "SESSION_COOKIE_NAME": f"__Host-{NAME}" if secure else NAME,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=config.session_days),
        # It would mark the session of everybody whose address changes, and so set the cookie.
        "SESSION_PROTECTION": None,
        # Flask-Login's own cookie logs people in without asking the session's row. No cookie can have this name.
        "REMEMBER_COOKIE_NAME": "=",
    }


def init_app(app: Flask) -> None:
    app.session_interface = Interface()
    app.after_request(_keep_without_reason)


def advice() -> str:
    """Say what to do about a browser that has sent no cookie; empty when it has sent one."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return ""
    return f"If this happens again, open {request.host_url.rstrip('/')}, and let your browser keep its cookies."


def _keep_without_reason(response: Response) -> Response:
    if not _has_reason():
        session.modified = False
    return response


def _has_reason() -> bool:
    if "session_number" in g or request.endpoint == "security.login":
        return True
    return request.blueprint == "security" and is_waiting_for_code()


def is_waiting_for_code() -> bool:
    """Tell whether the password was right and the code of an authenticator is asked for next."""
    return WAITS_FOR_CODE in getattr(session, "opened", session)
