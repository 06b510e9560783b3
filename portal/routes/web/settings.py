"""Settings of Flask and its extensions, derived from the portal's configuration."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from flask_security import uia_email_mapper

from portal.config import Config
from portal.request_sizes import LARGEST_FORM
from portal.routes.web.login import second_factor, session_cookie
from portal.services.accounts import passwords

REDIS_TIMEOUT_SECONDS: Final = 0.5


def of(config: Config) -> dict[str, Any]:
    cookie = session_cookie.settings(config, secure=is_https(config))
    return _flask(config) | cookie | _security(config) | _limits(config)


def _flask(config: Config) -> dict[str, Any]:
    return {
        "PORTAL": config,
        "TESTING": config.testing,
        "SECRET_KEY": config.secret_key,
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "PREFERRED_URL_SCHEME": "https" if is_https(config) else "http",
        # Files only: the length of a compressed page would reveal whether a guess at a secret in it was right.
        "COMPRESS_MIMETYPES": ["text/css", "text/javascript"],
        "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],  # browsers accept br over https only
        # The token lives as long as the session, so a wizard that was left open over lunch still saves.
        "WTF_CSRF_TIME_LIMIT": None,
        # It would compare the Referer, which proxies may remove. origin.py checks headers that they keep.
        "WTF_CSRF_SSL_STRICT": False,
    }


def _security(config: Config) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        # `portal user create` makes hashes too, and doesn't know Flask-Security's salt.
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.MIN_LENGTH,
        # Addresses are stored and looked up in one normal form (see login/identity.py).
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": uia_email_mapper, "case_insensitive": False}}],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        # The message goes into the address, not the cookie, which another tab may be using.
        "SECURITY_TWO_FACTOR_ERROR_VIEW": "/login?why=interrupted",
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_ISSUER": "Scopable",
        # Flask-Security requires it. The vault seals the authenticators' keys (see login/second_factor.py).
        "SECURITY_TOTP_SECRETS": {1: _derived(config.secret_key, "authenticator secrets")},
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_POST_LOGIN_VIEW": "/integrations",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_POST_CHANGE_VIEW": "/integrations",
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": ("Incorrect email or password.", "error"),
        "SECURITY_MSG_UNAUTHENTICATED": ("Log in to see this page.", "info"),
        "SECURITY_MSG_TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are logged in.", "success"),
        "SECURITY_MSG_TWO_FACTOR_INVALID_TOKEN": (second_factor.WRONG_CODE, "error"),
        "SECURITY_MSG_INVALID_PASSWORD": ("Incorrect password.", "error"),
        "SECURITY_MSG_INVALID_RECOVERY_CODE": (second_factor.WRONG_RECOVERY_CODE, "error"),
    }


def _limits(config: Config) -> dict[str, Any]:
    address = config.redis_url or "memory://"
    if address.startswith("unix://"):
        address = "redis+" + address
    timeouts = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
    return {
        "RATELIMIT_STORAGE_URI": address,
        "RATELIMIT_STORAGE_OPTIONS": timeouts if config.redis_url else {},
        # A Redis outage must not lock people out: count in this process until it is back.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def is_https(config: Config) -> bool:
    return (config.public_url or "").startswith("https://")


def _derived(secret_key: str, purpose: str) -> str:
    return hashlib.blake2b(purpose.encode(), key=secret_key.encode()[:64], digest_size=32).hexdigest()
