"""Recovery codes: a way in for people who have lost their authenticator app. Each works once."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from portal import clock
from portal.db import db
from portal.errors import Conflict
from portal.models.accounts import User
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.services.accounts import attempts
from portal.services.accounts.attempts import Limit
from portal.services.audit import audit_log

HOW_MANY: Final = 10
FEW: Final = 3
# Without i, l, o and u, which look like digits or spell words. 16 characters are 80 random bits.
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LOOKALIKES: Final = str.maketrans("ilo", "110")
LENGTH: Final = 16
GROUP: Final = 4
# For 80 random bits a plain hash would do. Codes that migration 0010 took over have 48, and somebody with a copy of
# the database could try them all; at this cost they cannot. The person's number is the salt.
SCRYPT_COST: Final = 2**12
GUESSES: Final = Limit(8, 3600)


@dataclass(frozen=True)
class CodesLeft:
    """How many codes a person has left, and how many were made."""

    left: int
    made: int

    @property
    def is_low(self) -> bool:
        return self.left <= FEW


def codes_left(user: User) -> CodesLeft:
    codes = RecoveryCode.select().where(RecoveryCode.user == user)
    return CodesLeft(codes.where(RecoveryCode.used_at.is_null()).count(), codes.count())


def make(user: User) -> list[str]:
    """Replace all of the person's codes; returns the new ones, which are not stored and cannot be shown again.

    Raises Conflict while two-factor authentication is off.
    """
    codes = fresh()
    digests = [digest(user, code) for code in codes]
    with db.atomic():
        # Writing this row first serializes concurrent requests.
        if not Authenticator.update(made_at=Authenticator.made_at).where(Authenticator.user == user).execute():
            raise Conflict("Two-factor authentication is off.", "Turn it on first; that also creates recovery codes.")
        store(user, digests)
    return codes


def fresh() -> list[str]:
    """Generate new codes, formatted in groups."""
    drawn = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    return ["-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in drawn]


def digest(user: User, code: str) -> str:
    """Return the stored digest of a code. Case, blanks and dashes are ignored."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", code).lower() if letter.isalnum())
    salt = str(user.id).encode()
    return hashlib.scrypt(letters.translate(LOOKALIKES).encode(), salt=salt, n=SCRYPT_COST, r=8, p=1, dklen=32).hex()


def store(user: User, digests: list[str]) -> None:
    """Store these codes instead of the old ones. Call it inside a transaction."""
    RecoveryCode.delete().where(RecoveryCode.user == user).execute()
    RecoveryCode.insert_many([{"user": user, "digest": one} for one in digests]).execute()
    audit_log.record(user.account, user, "recovery_codes.made")


def use(user: User, code: str) -> bool:
    """Use up a code; False if it is wrong or already used. Raises TooManyAttempts."""
    attempt = attempts.attempt({f"recovery code of {user.id}": GUESSES})
    wanted = digest(user, code)
    with db.atomic():
        used = (
            RecoveryCode.update(used_at=clock.now())
            .where(RecoveryCode.user == user, RecoveryCode.digest == wanted, RecoveryCode.used_at.is_null())
            .execute()
        )
        if used:
            audit_log.record(user.account, user, "recovery_code.used", f"{codes_left(user).left} left")
            attempts.succeeded(attempt)
    return bool(used)
