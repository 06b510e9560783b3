"""Everything that can go wrong, as one tree.

    PortalError                 500
    ├── ConfigError             the environment is wrong; stops the start
    ├── NotFound                404  it is not there, or it belongs to another account
    ├── NotAllowed              403  this person may look but not change
    ├── WrongOrigin             400  a form of another site, or of a page at another address than the public URL
    ├── Unavailable             403  the operator has not switched this PSA on for the account
    ├── Invalid                 422  a value is wrong; names its field
    ├── Conflict                409
    │   ├── OtherPsaActive           one PSA at a time
    │   └── SyncAlreadyRunning       one live run per integration; carries the run's id
    ├── Busy                         too many pages are waiting for other servers; says when to try again
    │   ├── AccountBusy         429  those of this account
    │   └── PortalBusy          503  those of all accounts together
    ├── TryLater                     it may work a little later, and says when
    │   ├── TooManyAttempts     429  something guessable was tried too often
    │   └── HashingBusy         503  more passwords were sent at once than this process checks at a time
    ├── VaultError              500  a secret cannot be opened
    ├── FencedOut               500  this worker lost its lease and must stop at once
    ├── OutboundError           502  the network or the guard stopped a call (see portal/outbound.py)
    └── PsaError                502  the PSA did not do what was asked; names the form field to mend, if any
        ├── PsaUnavailable               it may work a little later; may say when
        │   ├── PsaUnreachable           nothing answers, whatever is asked for
        │   └── PsaRateLimited           too many requests in its window
        ├── PsaRefusedCredentials        no token is granted: asked again later, then the integration needs a person
        └── PsaListError                 this record type cannot be read; the others go on
            ├── PsaRefusedType           this record type is not permitted
            └── PsaUnreadable            a record or page comes, but can never be decoded

What a PsaError ends is decided by its class alone: a PsaListError ends the step of its record type. A PsaUnavailable
makes a run wait; the engine finds out whether only one list fails. Every other PsaError concerns the whole run.

An error speaks to people: `problem` says what happened, `remedy` what to do next. `retryable` tells whether the
same request can succeed a little later.
"""

from __future__ import annotations


class PortalError(Exception):
    status = 500
    retryable = False

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class ConfigError(PortalError):
    """Names the environment variable that is wrong."""


class NotFound(PortalError):
    status = 404


class NotAllowed(PortalError):
    status = 403


class WrongOrigin(PortalError):
    status = 400


class Unavailable(PortalError):
    status = 403


class Invalid(PortalError):
    status = 422

    def __init__(self, field: str, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.field = field


class Conflict(PortalError):
    status = 409


class OtherPsaActive(Conflict):
    pass


class SyncAlreadyRunning(Conflict):
    def __init__(self, run_id: int) -> None:
        super().__init__("A sync is already running.", "Watch it on the Data Sync tab, or cancel it first.")
        self.run_id = run_id


class Busy(PortalError):
    status = 503
    retryable = True
    retry_after = 5


class AccountBusy(Busy):
    status = 429

    def __init__(self, waiting: int) -> None:
        which = "1 request from your account is" if waiting == 1 else f"{waiting} requests from your account are"
        problem = f"{which} still waiting for Halo."
        super().__init__(problem, "Halo is slow right now. Try again in a few seconds.")


class PortalBusy(Busy):
    def __init__(self) -> None:
        problem = "The portal is waiting for too many Halo servers."
        super().__init__(problem, "Nothing was sent to Halo. Try again in a few seconds.")


class TryLater(PortalError):
    """`retry_after` is in seconds."""

    retryable = True

    def __init__(self, problem: str, retry_after: int) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class TooManyAttempts(TryLater):
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many attempts.", retry_after)


class HashingBusy(TryLater):
    status = 503

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many people are logging in right now.", retry_after)


class VaultError(PortalError):
    pass


class FencedOut(PortalError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is being continued by another worker.")


class PsaError(PortalError):
    status = 502

    def __init__(self, problem: str, remedy: str = "", *, field: str | None = None) -> None:
        super().__init__(problem, remedy)
        self.field = field


class PsaUnavailable(PsaError):
    """`retry_after` is in seconds, None when the PSA did not say."""

    retryable = True
    retry_after: float | None = None


class PsaUnreachable(PsaUnavailable):
    pass


class PsaRateLimited(PsaUnavailable):
    """`allowed` is what the PSA says of its limit: so many requests in so many seconds."""

    def __init__(
        self,
        problem: str,
        remedy: str = "",
        *,
        retry_after: float | None = None,
        allowed: tuple[int, float] | None = None,
    ) -> None:
        super().__init__(problem, remedy)
        self.retry_after = retry_after
        self.allowed = allowed


class PsaRefusedCredentials(PsaError):
    pass


OTHERS_GO_ON = "Other record types aren't affected, and stored records are kept. The next sync tries again."


class PsaListError(PsaError):
    def __init__(self, problem: str, remedy: str = OTHERS_GO_ON, *, field: str | None = None) -> None:
        super().__init__(problem, remedy, field=field)


class PsaRefusedType(PsaListError):
    pass


class PsaUnreadable(PsaListError):
    """`body` is what came."""

    def __init__(self, problem: str, remedy: str = OTHERS_GO_ON, *, body: bytes = b"") -> None:
        super().__init__(problem, remedy)
        self.body = body
