"""What a sync is told when Halo does not do what was asked. Pure: from an answer to the error that says it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from portal.errors import (
    PsaError,
    PsaListError,
    PsaRateLimited,
    PsaRefusedCredentials,
    PsaRefusedType,
    PsaUnavailable,
    PsaUnreachable,
)
from portal.halo import responses
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import messages, rules
from portal.halo.diagnosis.messages import GRANT_PERMISSION, WAIT
from portal.halo.diagnosis.observation import Observation
from portal.outbound import OutboundError, Response, TransportFailure

_NO_HOST: Final = {TransportFailure.REFUSED, TransportFailure.HOST_NOT_FOUND, TransportFailure.PRIVATE_ADDRESS}
_CUT_SHORT: Final = {TransportFailure.TIMED_OUT, TransportFailure.BROKEN}


def unanswered(error: OutboundError, field: str) -> PsaError:
    """Explain a call that got no answer; `field` is the form field that holds the address.

    A slow or broken answer of the Base URL may concern one list only. Without the Auth Server nothing can be read.
    """
    problem, remedy = messages.for_transport_error(error, field)
    kind: type[PsaError] = PsaError
    if error.failure in _NO_HOST or (error.failure in _CUT_SHORT and field == "auth_server"):
        kind = PsaUnreachable
    elif error.failure in _CUT_SHORT:
        kind = PsaUnavailable
    elif error.failure == TransportFailure.TOO_LARGE and field == "base_url":
        kind = PsaListError
    return kind(problem, remedy, field=field)


def refused_token(credentials: Credentials, response: Response) -> PsaError:
    """Explain an answer of the token page that brought no token, by the rules of the connection test."""
    if (passing := _passing(response, PsaUnreachable)) is not None:
        return passing
    found = rules.explain(Observation(credentials, token=response))
    # A maintenance page looks the same as the page of a wrong tenant, and it goes away.
    kind = PsaUnreachable if response.status == 200 else PsaRefusedCredentials
    return kind(found.problem, found.remedy, field=found.field)


def refused_list(response: Response, what: str) -> PsaError:
    """Explain why a page of `what` was not read."""
    if (passing := _passing(response)) is not None:
        return passing
    if response.status == 403:
        return PsaRefusedType(f"Halo does not let the agent read {what}.", GRANT_PERMISSION)
    if response.status == 401:
        # The token was new (see client.py), so the credentials are good.
        return PsaListError(f"Halo accepts the credentials, but not for {what} (status 401).", GRANT_PERMISSION)
    if response.status == 200:
        return PsaUnavailable(f"Halo answered with something that is not a list of {what}.", WAIT)
    return PsaListError(f"Halo answered with {_status(response.status)} when asked for {what}.")


def _status(status: int) -> str:
    """Write a status with its name: status 404 (Not Found)."""
    try:
        return f"status {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"status {status}"


def _passing(response: Response, kind: type[PsaUnavailable] = PsaUnavailable) -> PsaError | None:
    if response.status == 429:
        return PsaRateLimited(
            "Halo's limit of requests is used up.",
            "The portal goes on by itself as soon as Halo allows it.",
            retry_after=responses.wait_seconds(response),
            allowed=responses.allowed(response),
        )
    passing = responses.temporary_problem(response)
    return kind(*passing) if passing else None
