"""The session's cookie: its name, its lifetime, and which answers may set it.

All tabs of a browser share one cookie. An answer that sets it needlessly may arrive after one that had to set it, and
undo the change. So only the log-in pages and the pages of logged-in people set it, and only if it has changed.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any, Final

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from portal.config import Config

NAME: Final = "portal"
# These may set it for somebody who is not logged in: the form needs its token.
LOG_IN_PAGES: Final = frozenset({"security.login", "support_access.show"})
AWAITS_CODE: Final = "tf_user_id"  # Flask-Security's key between password and code
PASSWORD_RIGHT_AT: Final = "password_was_right_at"  # noqa: S105  # a name


class Session(SecureCookieSession):
    """Remembers its content at the start of the request."""

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
        # Browsers accept this prefix only over https, from this host, and for all its paths.
        "SESSION_COOKIE_NAME": f"__Host-{NAME}" if secure else NAME,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=config.session_days),
        # It would mark the session as changed when a person's address changes, and so set the cookie.
        "SESSION_PROTECTION": None,
        # Flask-Login's own cookie would bypass the session's row. No cookie can have this name.
        "REMEMBER_COOKIE_NAME": "=",
    }


def init_app(app: Flask) -> None:
    app.session_interface = Interface()
    app.after_request(_avoid_needless_change)


def advice() -> str:
    """Say what to do if the browser has sent no cookie; empty if it has sent one."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return ""
    return f"If this happens again, open {request.host_url.rstrip('/')}, and let your browser keep its cookies."


def _avoid_needless_change(response: Response) -> Response:
    if not _may_set_cookie():
        session.modified = False
    return response


def _may_set_cookie() -> bool:
    if "session_number" in g or request.endpoint in LOG_IN_PAGES:
        return True
    return request.blueprint == "security" and is_awaiting_code()


def is_awaiting_code() -> bool:
    """Tell whether the password was right and the authenticator's code comes next."""
    return AWAITS_CODE in getattr(session, "opened", session)
