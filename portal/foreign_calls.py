"""What the calls of a library led to that tells its callers only whether all went well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from portal.outbound import TransportFailure


@dataclass
class Outcome:
    """The last call's HTTP status or SMTP code, or why it got no answer."""

    http_status: int | None = None
    smtp_code: int | None = None
    failure: TransportFailure | None = None


_outcome: ContextVar[Outcome | None] = ContextVar("outcome", default=None)


@contextmanager
def noticed() -> Iterator[Outcome]:
    """Notice what the calls inside the block lead to, also in threads that get a copy of its context."""
    outcome = Outcome()
    token = _outcome.set(outcome)
    try:
        yield outcome
    finally:
        _outcome.reset(token)


def note(
    *, http_status: int | None = None, smtp_code: int | None = None, failure: TransportFailure | None = None
) -> None:
    """Note how a call ended. The next one replaces it."""
    if outcome := _outcome.get():
        outcome.http_status, outcome.smtp_code, outcome.failure = http_status, smtp_code, failure
