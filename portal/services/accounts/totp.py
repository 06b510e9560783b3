"""Six-digit codes of authenticator apps (RFC 6238)."""

from __future__ import annotations

import re
from typing import Final

from passlib.exc import TokenError
from passlib.totp import TOTP

from portal import clock
from portal.vault import Secret

ISSUER: Final = "Scopable"
PERIOD_SECONDS: Final = 30
BLANKS: Final = re.compile(r"[\s-]")
CODE: Final = re.compile(r"[0-9]{6}")


def new_key() -> Secret:
    return Secret(TOTP.new().base32_key)


def typed(code: str) -> str | None:
    """Return the six digits of a typed code, which may be in groups; None for anything else."""
    digits = BLANKS.sub("", code)
    return digits if CODE.fullmatch(digits) else None


def counter_of(key: Secret, code: str) -> int | None:
    """Return the code's time step, the current or the previous one; None for other codes."""
    half = PERIOD_SECONDS // 2  # a window of one step around the middle of the two
    try:
        return int(TOTP(key.reveal()).match(code, int(clock.now().timestamp()), window=half, skew=-half).counter)
    except TokenError:
        return None


def pretty(key: Secret) -> str:
    """Return the key in groups, for people who type it."""
    return str(TOTP(key.reveal()).pretty_key())


def uri(key: Secret, email: str) -> str:
    """Return the URI that opens an authenticator app and is in the QR code."""
    return str(TOTP(key.reveal(), issuer=ISSUER).to_uri(email))
