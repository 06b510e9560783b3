"""The cookie that identifies a browser in which a person has logged in before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Flask, Response, after_this_request, current_app, request
from flask_security import password_changed, user_authenticated

from portal.config import Config
from portal.models.accounts import User
from portal.routes.web.settings import is_https
from portal.services.accounts import devices

KEEP_FOR: Final = timedelta(days=180)
COOKIE_NAME: Final = "KNOWN_DEVICE_COOKIE_NAME"


def init_app(app: Flask, config: Config) -> None:
    # Browsers accept this prefix only over https, from this host, and for the whole site.
    app.config[COOKIE_NAME] = "__Host-portal-device" if is_https(config) else "portal-device"
    user_authenticated.connect(_logged_in, app)
    password_changed.connect(_changed_password, app)


def value() -> str | None:
    """Return the value of this browser's cookie; None if it has none."""
    return request.cookies.get(current_app.config[COOKIE_NAME])


def _logged_in(app: Flask, *, user: User, authn_via: list[str], **_: Any) -> None:  # noqa: ARG001  # the signal's
    if authn_via != ["change"]:  # a changed password logs in again; see below
        _remember(user, value())


def _changed_password(app: Flask, *, user: User, **_: Any) -> None:  # noqa: ARG001  # the signal's
    devices.forget(user)
    _remember(user, None)


def _remember(user: User, previous: str | None) -> None:
    new_value = devices.remember(user, previous)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            current_app.config[COOKIE_NAME],
            new_value,
            max_age=KEEP_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response
