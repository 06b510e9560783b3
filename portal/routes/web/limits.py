"""Rate limits for expensive and brute-forceable endpoints."""

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
BUNDLES_PER_ACCOUNT: Final = "6 per minute"
SUPPORT_LINKS_PER_ADDRESS: Final = "20 per minute"
SUGGESTIONS_PER_USER: Final = "30 per minute"
SUGGESTIONS_PER_ACCOUNT: Final = "60 per minute"

# Codes are checked by these endpoints. Password attempts are counted in login/password_forms.py.
CODE_ENDPOINTS: Final = ("security.two_factor_token_validation", "security.mf_recovery")


def network() -> str:
    return network_of(request.remote_addr)


limiter = Limiter(key_func=network, strategy="moving-window")


def init_app(app: Flask) -> None:
    limiter.init_app(app)
    for endpoint in CODE_ENDPOINTS:
        view: Any = app.view_functions[endpoint]
        view = limiter.limit(LOG_IN_PER_ADDRESS, methods=["POST"], deduct_when=_failed)(view)
        view = limiter.limit(LOG_IN_PER_PERSON, key_func=_person, methods=["POST"], deduct_when=_failed)(view)
        app.view_functions[endpoint] = view


def per_user() -> str:
    return f"user {current_user.get_id()}"


def per_account() -> str:
    return f"account {current_user.account_id}"


# All pages that test credentials share one limit, and all look-ups while somebody types share another.
tests_of_user = limiter.shared_limit(TESTS_PER_USER, "tests", key_func=per_user)
tests_of_account = limiter.shared_limit(TESTS_PER_ACCOUNT, "tests", key_func=per_account)
suggestions_of_user = limiter.shared_limit(SUGGESTIONS_PER_USER, "suggestions", key_func=per_user)
suggestions_of_account = limiter.shared_limit(SUGGESTIONS_PER_ACCOUNT, "suggestions", key_func=per_account)

support_links = limiter.shared_limit(SUPPORT_LINKS_PER_ADDRESS, "support links")
bundles_of_account = limiter.shared_limit(BUNDLES_PER_ACCOUNT, "bundles", key_func=per_account)


def seconds_left() -> int:
    """Return how many seconds remain until the limit that refused this request lets the next one through."""
    now = clock.now().timestamp()
    return max((round(each.reset_at - now) for each in limiter.current_limits if each.breached), default=60) or 1


def _person() -> str:
    """Identify who is logging in, so that attempts on one person from many addresses are counted together."""
    email = request.form.get("email", "").strip().lower()
    return f"person {email}" if email else f"address {network()}"


def _failed(response: Response) -> bool:
    # A right code redirects.
    return response.status_code != 302
