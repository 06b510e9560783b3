"""How often the costly and the guessable may be tried."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_security import current_user

from portal import clock
from portal.networks import network_of

LOG_IN_PER_ADDRESS: Final = "20 per minute"
LOG_IN_PER_PERSON: Final = "8 per 5 minutes"
TESTS_PER_USER: Final = "12 per minute"
TESTS_PER_ACCOUNT: Final = "20 per minute"
SUGGESTIONS_PER_USER: Final = "30 per minute"
SUGGESTIONS_PER_ACCOUNT: Final = "60 per minute"

# Guessing a code goes through one of these; passwords are counted in password_forms.py.
GUESSABLE: Final = ("security.two_factor_token_validation", "security.mf_recovery")


def network() -> str:
    return network_of(request.remote_addr)


limiter = Limiter(key_func=network, strategy="moving-window")


def init_app(app: Flask) -> None:
    limiter.init_app(app)
    for endpoint in GUESSABLE:
        view: Any = app.view_functions[endpoint]
        view = limiter.limit(LOG_IN_PER_ADDRESS, methods=["POST"], deduct_when=_failed)(view)
        view = limiter.limit(LOG_IN_PER_PERSON, key_func=_person, methods=["POST"], deduct_when=_failed)(view)
        app.view_functions[endpoint] = view


def per_user() -> str:
    return f"user {current_user.get_id()}"


def per_account() -> str:
    return f"account {current_user.account_id}"


# One allowance for all pages that test credentials, and one for what is asked while somebody types.
tests_of_user = limiter.shared_limit(TESTS_PER_USER, "tests", key_func=per_user)
tests_of_account = limiter.shared_limit(TESTS_PER_ACCOUNT, "tests", key_func=per_account)
suggestions_of_user = limiter.shared_limit(SUGGESTIONS_PER_USER, "suggestions", key_func=per_user)
suggestions_of_account = limiter.shared_limit(SUGGESTIONS_PER_ACCOUNT, "suggestions", key_func=per_account)


def seconds_left() -> int:
    """Return after how many seconds the limit that has stopped this request lets the next one through."""
    now = clock.now().timestamp()
    return max((round(each.reset_at - now) for each in limiter.current_limits if each.breached), default=60) or 1


def _person() -> str:
    """Name who is being logged in, so that many addresses together cannot guess one person's password."""
    email = request.form.get("email", "").strip().lower()
    return f"person {email}" if email else f"address {network()}"


def _failed(response: Response) -> bool:
    # Whoever gets it right is redirected onwards.
    return response.status_code != 302
