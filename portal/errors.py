"""All errors of the portal, as one tree.

    PortalError                 500
    ├── ConfigError             the environment is invalid; stops the start
    ├── NotFound                404  it does not exist, or belongs to another account
    ├── NotAllowed              403  this user may read but not change it
    ├── WrongOrigin             400  a form from another site, or from a page at an address other than the public URL
    ├── Unavailable             403  the operator has not enabled this PSA for the account
    ├── Invalid                 422  a value is invalid; names its field
    ├── Conflict                409
    │   ├── FiltersChanged           somebody else saved the filters first
    │   ├── OtherPsaActive           only one PSA at a time
    │   ├── StillDeleting            earlier records of the same PSA go first
    │   └── SyncAlreadyRunning       one live run per integration; has the run's id
    ├── Busy                         too many pages are waiting for other servers; states when to try again
    │   ├── AccountBusy         429  pages of this account
    │   └── PortalBusy          503  pages of all accounts together
    ├── TryLater                     may work later; states when to try again
    │   ├── TooManyAttempts     429  too many attempts at something that could be guessed
    │   └── HashingBusy         503  too many passwords to check at the same time
    ├── VaultError              500  a secret cannot be opened
    ├── FencedOut               500  this worker lost its lease and must stop at once
    ├── OutboundError           502  a call failed in the network or the guard (see portal/outbound.py)
    └── PsaError                502  a request to the PSA failed; names the form field to correct, if any
        ├── PsaUnavailable               temporary; may state when to try again
        │   ├── PsaUnreachable           nothing responds, whatever the request
        │   └── PsaRateLimited           too many requests in the rate-limit window
        ├── PsaRefusedCredentials        no token granted; after some retries the integration needs attention
        └── PsaListError                 this record type cannot be read; the others continue
            ├── PsaRefusedType           the agent may not read this record type
            └── PsaUnreadable            a record or page arrives, but can never be parsed

The class of a PsaError alone decides its scope: a PsaListError ends the step of its record type. A PsaUnavailable
makes a run wait; the engine finds out whether only one list fails. Every other PsaError affects the whole run.

Errors are written for people: `problem` says what happened, `remedy` what to do next. `retryable` says whether the
same request may succeed later.
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
    """Names the invalid environment variable."""


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


class FiltersChanged(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "The filters have changed since you opened this page.", "Look at the history, then try again."
        )


class OtherPsaActive(Conflict):
    pass


class StillDeleting(Conflict):
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
        problem = f"{which} still waiting for your PSA."
        super().__init__(problem, "Your PSA is slow right now. Try again in a few seconds.")


class PortalBusy(Busy):
    def __init__(self) -> None:
        problem = "The portal is waiting for too many PSA servers."
        super().__init__(problem, "Nothing was sent to your PSA. Try again in a few seconds.")


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
    """`retry_after` is in seconds; None if the PSA did not say."""

    retryable = True
    retry_after: float | None = None


class PsaUnreachable(PsaUnavailable):
    pass


class PsaRateLimited(PsaUnavailable):
    """`allowed` is the rate limit that the PSA states: requests, and seconds."""

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
    """`body` is what arrived."""

    def __init__(self, problem: str, remedy: str = OTHERS_GO_ON, *, body: bytes = b"") -> None:
        super().__init__(problem, remedy)
        self.body = body
