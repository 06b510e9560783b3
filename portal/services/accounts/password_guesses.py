"""Rate limits for password guesses that slow the guesser down and not the person.

Strangers are counted by network, then by network and person. Together they never lock a person out: after many wrong
guesses from several networks, each further network has to wait before it may guess at this person, for a second, then
two, four … up to a minute. Each network waits independently, so the person gets in from a clean address however many
others are waiting. In a browser where the person has logged in before, strangers' guesses do not count at all.

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
# An attempt expires as soon as a network may make the next one, so a single network never reaches CALM, however
# patient it is.
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
    """Return how many seconds a network must wait at this level of strangers' guesses."""
    return min(LONGEST_DELAY, 2 ** (level - CALM - 1)) if level > CALM else 0
