"""Forms that check passwords. Each attempt is counted first, and the count is undone if the password was right.

Each failed attempt sends `password_refused`, whether or not the person exists.
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

# Sent with `email` in normal form, `user` (None if unknown or not looked up) and `was_checked`, which is False after
# too many attempts. request.endpoint is the form's.
password_refused: Final = Namespace().signal("password-refused")


class LogInForm(LoginForm):
    def validate(self, **options: Any) -> bool:
        try:
            email = email_addresses.normal_form(self.email.data or "")
        except ValueError:
            return bool(super().validate(**options))  # it shows the error at the field, and hashes nothing
        device = known_devices.value()
        with _reporting_throttling(email):
            attempt = password_guesses.at_log_in(email, network_of(request.remote_addr), device)
        is_known = devices.known(email, device) is not None
        with _undoing_if_busy(attempt), nullcontext() if is_known else hashing.for_stranger():
            is_right = bool(super().validate(**options))
        if is_right:
            session[session_cookie.PASSWORD_RIGHT_AT] = clock.now().timestamp()
        if is_right or not self.password.data:
            attempts.succeeded(attempt)
        else:
            _report_refusal(email, self.user)
        return is_right


class ConfirmForm(VerifyForm):
    def validate(self, **options: Any) -> bool:
        with _counting_attempt() as attempt:
            is_right = bool(super().validate(**options))
        _finish_attempt(attempt, self)
        return is_right


class NewPasswordForm(ChangePasswordForm):
    def validate(self, **options: Any) -> bool:
        with _counting_attempt() as attempt:
            is_right = bool(super().validate(**options))
        _finish_attempt(attempt, self)
        return is_right


@contextmanager
def _counting_attempt() -> Iterator[Attempt]:
    with _reporting_throttling(current_user.email):
        attempt = password_guesses.of_current_password(current_user.id, str(g.get("session_number", "")))
    with _undoing_if_busy(attempt):
        yield attempt


def _finish_attempt(attempt: Attempt, form: VerifyForm | ChangePasswordForm) -> None:
    """Undo the count, unless the current password was wrong: the error may be about the new one."""
    if get_message("INVALID_PASSWORD")[0] in (form.password.errors or ()):
        _report_refusal(current_user.email, current_user._get_current_object())
    else:
        attempts.succeeded(attempt)


@contextmanager
def _undoing_if_busy(attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except HashingBusy:
        attempts.succeeded(attempt)
        raise


@contextmanager
def _reporting_throttling(email: str) -> Iterator[None]:
    try:
        yield
    except TooManyAttempts:
        _report_refusal(email, None, was_checked=False)
        raise


def _report_refusal(email: str, user: Any, *, was_checked: bool = True) -> None:
    sender = current_app._get_current_object()  # type: ignore[attr-defined]  # a signal needs the app itself, not its proxy
    password_refused.send(sender, email=email, user=user, was_checked=was_checked)
