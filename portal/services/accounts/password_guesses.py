"""How often a password may be guessed, so that the guesser is slowed down and the person is not.

A stranger is counted by network first, then by network and person. All strangers together never lock a person out:
after many wrong guesses from several networks, each further network has to wait before it may guess at this person,
for a second, then two, four … up to a minute. Each waits for itself, so the person gets in from a clean address
however many others are waiting, too. Where the person has logged in before, strangers' guesses do not count at all.

Nothing here depends on whether there is a person with this address: refusals look the same.
"""

from __future__ import annotations

from typing import Final

from portal.errors import TooManyAttempts
from portal.services.accounts import attempts, devices
from portal.services.accounts.attempts import Attempt, Limit

PER_NETWORK: Final = Limit(20, 60)
PER_NETWORK_AND_PERSON: Final = Limit(8, 300)
PER_DEVICE: Final = Limit(8, 300)
# One attempt stops counting in the time in which a network gets another one: one network alone never gets this to
# CALM, whatever its patience.
BY_STRANGERS: Final = Limit(32, 1200, refuses=False)
CALM: Final = 24
LONGEST_DELAY: Final = 60
PER_SESSION: Final = Limit(8, 300)
IN_ALL_SESSIONS: Final = Limit(24, 900)


def at_log_in(email: str, network: str, device: str | None) -> Attempt:
    """Count a guess at the password of `email`, in normal form; raises TooManyAttempts.

    `device` is the value of the known-device cookie.
    """
    if digest := devices.known(email, device):
        return attempts.attempt({f"log-in of {email} on device {digest}": PER_DEVICE})
    person, here = f"log-in of {email}", f"log-in of {email} from {network}"
    attempt = attempts.attempt(
        {f"log-in from {network}": PER_NETWORK, here: PER_NETWORK_AND_PERSON, person: BY_STRANGERS}
    )
    if delay := _delay(attempts.level(person, BY_STRANGERS)):
        try:
            attempts.wait_first(f"turn at {here}", delay)
        except TooManyAttempts:
            attempts.succeeded(attempt)
            raise
    attempts.cap(person, BY_STRANGERS)
    return attempt


def of_current_password(user_id: int, session: str) -> Attempt:
    """Count a guess at the current password by somebody who is logged in; raises TooManyAttempts."""
    person = f"current password of user {user_id}"
    return attempts.attempt({f"{person} in session {session}": PER_SESSION, person: IN_ALL_SESSIONS})


def _delay(level: int) -> int:
    """Return how many seconds a network waits before a guess that makes it so many by strangers."""
    return min(LONGEST_DELAY, 2 ** (level - CALM - 1)) if level > CALM else 0
