"""The second step of a log-in: Flask-Security shows the forms, our services check the codes.

The pages in two_factor.py replace Flask-Security's own for the set-up and the recovery codes.
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
from portal.routes.web.login import session_cookie
from portal.services.accounts import recovery_codes, two_factor

METHOD: Final = "authenticator"
KEPT_ELSEWHERE: Final = "sealed by the vault"
WRONG_CODE: Final = "That code isn't right, or it was already used. Wait for your app to show a new one."
WRONG_RECOVERY_CODE: Final = "That recovery code isn't right, or it was already used."
# How long a right password stays valid without its code.
CODE_WITHIN: Final = timedelta(minutes=10)
CODE_ENDPOINTS: Final = ("security.two_factor_token_validation", "security.mf_recovery")
REPLACED: Final = (
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.mf_recovery_codes",
)


class SecondFactor(UserMixin):
    """The properties by which Flask-Security knows whether a person has a second factor."""

    @property
    def tf_primary_method(self) -> str | None:  # type: ignore[override]  # columns there, computed here
        return METHOD if two_factor.authenticator(self) is not None else None  # type: ignore[arg-type]  # a Person

    @property
    def tf_totp_secret(self) -> str | None:  # type: ignore[override]
        return KEPT_ELSEWHERE if self.tf_primary_method else None

    @property
    def mf_recovery_codes(self) -> list[str]:  # type: ignore[override]
        return [KEPT_ELSEWHERE] * recovery_codes.codes_left(self).left  # type: ignore[arg-type]  # a Person


class Authenticators(Totp):
    """Checks the codes of authenticator apps. Checking a code uses it up."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:  # noqa: ARG002  # theirs
        return two_factor.passes(user, token)


class RecoveryCodes(MfRecoveryCodesUtil):
    """Checks recovery codes. Checking a code uses it up."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        return recovery_codes.use(user, code)

    def delete_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ARG002  # theirs
        # Flash the message at the end of the request: the log-in may start a new session.
        after_this_request(partial(_flash_remaining_codes, user))
        return True


CLASSES: Final[dict[str, Any]] = {"totp_cls": Authenticators, "mf_recovery_codes_util_cls": RecoveryCodes}


def init_app(app: Flask) -> None:
    app.before_request(_expire_half_login)
    for endpoint in REPLACED:
        app.view_functions[endpoint] = _redirect_to_own_page
    ask_for_code = app.view_functions["security.two_factor_token_validation"]

    def ask_during_login() -> ResponseReturnValue:
        # This view could also activate a new app, with a key from the session. Only two_factor.py may do that.
        if current_user.is_authenticated:
            return redirect(url_for("integrations.index"))
        if session.get("tf_state") != "ready":
            session.pop("tf_state", None)
        return app.ensure_sync(ask_for_code)()  # type: ignore[no-any-return]

    app.view_functions["security.two_factor_token_validation"] = ask_during_login


def _expire_half_login() -> ResponseReturnValue | None:
    """Ask for the password again if its code comes too late, so that the cookie of a half-finished log-in expires."""
    if request.endpoint not in CODE_ENDPOINTS or session_cookie.AWAITS_CODE not in session:
        return None
    if clock.now().timestamp() - session.get(session_cookie.PASSWORD_RIGHT_AT, 0) < CODE_WITHIN.total_seconds():
        return None
    session.clear()
    return redirect(url_for("security.login", why="interrupted"))


def _redirect_to_own_page(**_: str) -> ResponseReturnValue:
    return redirect(url_for("two_factor.index"), 303)


def _flash_remaining_codes(user: Any, response: Response) -> Response:
    stock = recovery_codes.codes_left(user)
    words = Markup('You used a recovery code. You have {} left. <a href="{}">Make new ones</a>.')
    flash(words.format(stock.left, url_for("two_factor.index")), "warning" if stock.is_low else "info")
    return response
