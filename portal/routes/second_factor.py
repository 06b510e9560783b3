"""The second step of a log-in: Flask-Security asks for it, our services check it.

Flask-Security's own pages for setting up and for showing recovery codes are replaced by those of two_factor.py.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from flask import Flask, Response, after_this_request, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import MfRecoveryCodesUtil, Totp, UserMixin, current_user
from markupsafe import Markup

from portal import clock
from portal.routes import session_cookie
from portal.services.accounts import recovery_codes, two_factor

METHOD: Final = "authenticator"
KEPT_ELSEWHERE: Final = "sealed by the vault"
WRONG_CODE: Final = "That code isn't right, or it was already used. Wait for your app to show a new one."
WRONG_RECOVERY_CODE: Final = "That recovery code isn't right, or it was already used."
# How long a right password counts without its code.
CODE_WITHIN: Final = timedelta(minutes=10)
ASKS_FOR_CODE: Final = ("security.two_factor_token_validation", "security.mf_recovery")
REPLACED: Final = (
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.mf_recovery_codes",
)


class Proof(UserMixin):
    """What Flask-Security reads of a person: whether there is a second step, and what it takes."""

    @property
    def tf_primary_method(self) -> str | None:  # type: ignore[override]  # theirs are columns, ours are worked out
        return METHOD if two_factor.authenticator(self) is not None else None  # type: ignore[arg-type]  # a Person

    @property
    def tf_totp_secret(self) -> str | None:  # type: ignore[override]
        return KEPT_ELSEWHERE if self.tf_primary_method else None

    @property
    def mf_recovery_codes(self) -> list[str]:  # type: ignore[override]
        return [KEPT_ELSEWHERE] * recovery_codes.codes_left(self).left  # type: ignore[arg-type]  # a Person


class Authenticators(Totp):
    """Each code of an authenticator app logs in once: it is used up where it is checked."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:  # noqa: ARG002  # theirs
        return two_factor.passes(user, token)


class RecoveryCodes(MfRecoveryCodesUtil):
    """Each recovery code logs in once: it is used up where it is checked."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        return recovery_codes.use(user, code)

    def delete_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ARG002  # theirs
        # Said at the end of the request: logging in may begin a new session.
        after_this_request(partial(_say_what_is_left, user))
        return True


CLASSES: Final[dict[str, Any]] = {"totp_cls": Authenticators, "mf_recovery_codes_util_cls": RecoveryCodes}


def init_app(app: Flask) -> None:
    app.before_request(_end_the_wait)
    for endpoint in REPLACED:
        app.view_functions[endpoint] = _moved
    ask_for_code = app.view_functions["security.two_factor_token_validation"]

    def while_logging_in() -> ResponseReturnValue:
        # It can also take a new app into use, with a key out of the session: that is for two_factor.py alone.
        if current_user.is_authenticated:
            return redirect(url_for("integrations.index"))
        if session.get("tf_state") != "ready":
            session.pop("tf_state", None)
        return app.ensure_sync(ask_for_code)()  # type: ignore[no-any-return]

    app.view_functions["security.two_factor_token_validation"] = while_logging_in


def _end_the_wait() -> ResponseReturnValue | None:
    """Ask for the password again where its code comes late: a cookie of half a log-in should be worth little."""
    if request.endpoint not in ASKS_FOR_CODE or session_cookie.WAITS_FOR_CODE not in session:
        return None
    if clock.now().timestamp() - session.get(session_cookie.WAITS_SINCE, 0) < CODE_WITHIN.total_seconds():
        return None
    session.clear()
    return redirect(url_for("security.login", why="interrupted"))


def _moved(**_: str) -> ResponseReturnValue:
    return redirect(url_for("two_factor.index"), 303)


def _say_what_is_left(user: Any, response: Response) -> Response:
    stock = recovery_codes.codes_left(user)
    words = Markup('You used a recovery code. You have {} left. <a href="{}">Make new ones</a>.')
    flash(words.format(stock.left, url_for("two_factor.index")), "warning" if stock.is_low else "info")
    return response
