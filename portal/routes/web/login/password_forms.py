"""Where passwords are checked: every guess is counted first, and given back when it was right.

Each guess that fails is told to `password_refused`, whether there is such a person or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from blinker import Namespace
from flask import current_app, g, request, session
from flask_security import ChangePasswordForm, LoginForm, VerifyForm, current_user
from flask_security.utils import get_message

from portal import clock, email_addresses, hashing
from portal.errors import HashingBusy, TooManyAttempts
from portal.networks import network_of
from portal.routes.web.login import known_devices, session_cookie
from portal.services.accounts import attempts, devices, password_guesses
from portal.services.accounts.attempts import Attempt

# Sent with `email` in normal form, `user` (None where there is none, or where nobody looked) and `was_checked`: False
# where there had been too many attempts. request.endpoint tells where it was.
password_refused: Final = Namespace().signal("password-refused")


class LogInForm(LoginForm):
    def validate(self, **options: Any) -> bool:
        try:
            email = email_addresses.normal_form(self.email.data or "")
        except ValueError:
            return bool(super().validate(**options))  # it names the field, and hashes nothing
        device = known_devices.value()
        with _refusals_told(email):
            attempt = password_guesses.at_log_in(email, network_of(request.remote_addr), device)
        is_known = devices.known(email, device) is not None
        with _given_back_if_busy(attempt), nullcontext() if is_known else hashing.for_stranger():
            is_right = bool(super().validate(**options))
        if is_right:
            session[session_cookie.WAITS_SINCE] = clock.now().timestamp()
        if is_right or not self.password.data:
            attempts.succeeded(attempt)
        else:
            _tell(email, self.user)
        return is_right


class ConfirmForm(VerifyForm):
    def validate(self, **options: Any) -> bool:
        with _current_password_counted() as attempt:
            is_right = bool(super().validate(**options))
        _settle(attempt, self)
        return is_right


class NewPasswordForm(ChangePasswordForm):
    def validate(self, **options: Any) -> bool:
        with _current_password_counted() as attempt:
            is_right = bool(super().validate(**options))
        _settle(attempt, self)
        return is_right


@contextmanager
def _current_password_counted() -> Iterator[Attempt]:
    with _refusals_told(current_user.email):
        attempt = password_guesses.of_current_password(current_user.id, str(g.get("session_number", "")))
    with _given_back_if_busy(attempt):
        yield attempt


def _settle(attempt: Attempt, form: VerifyForm | ChangePasswordForm) -> None:
    """Give the attempt back, unless the current password was wrong: the new one, or the form, may be what is."""
    if get_message("INVALID_PASSWORD")[0] in (form.password.errors or ()):
        _tell(current_user.email, current_user._get_current_object())
    else:
        attempts.succeeded(attempt)


@contextmanager
def _given_back_if_busy(attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except HashingBusy:
        attempts.succeeded(attempt)
        raise


@contextmanager
def _refusals_told(email: str) -> Iterator[None]:
    try:
        yield
    except TooManyAttempts:
        _tell(email, None, was_checked=False)
        raise


def _tell(email: str, user: Any, *, was_checked: bool = True) -> None:
    sender = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy is no sender
    password_refused.send(sender, email=email, user=user, was_checked=was_checked)
