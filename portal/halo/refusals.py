"""The errors that a sync gets when a request to Halo fails. Pure: response in, error out."""

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
from portal.halo.diagnosis.messages import GRANT_PERMISSION
from portal.halo.diagnosis.observation import Observation
from portal.outbound import OutboundError, Response, TransportFailure
from portal.psa.retry_after import wait_seconds
from portal.psa.transport_messages import WAIT

_NO_HOST: Final = {TransportFailure.REFUSED, TransportFailure.HOST_NOT_FOUND, TransportFailure.PRIVATE_ADDRESS}
_CUT_SHORT: Final = {TransportFailure.TIMED_OUT, TransportFailure.BROKEN}


def unanswered(error: OutboundError, field: str) -> PsaError:
    """Explain a call without a response; `field` is the form field for the address.

    A slow or broken response from the Base URL may affect one list only; without the Auth Server nothing works.
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
    """Explain a token response without a token, using the rules of the connection test."""
    if (temporary := _temporary(response, PsaUnreachable)) is not None:
        return temporary
    found = rules.explain(Observation(credentials, token=response))
    # A maintenance page looks like the page for a wrong tenant, but is temporary.
    kind = PsaUnreachable if response.status == 200 else PsaRefusedCredentials
    return kind(found.problem, found.remedy, field=found.field)


def refused_list(response: Response, what: str) -> PsaError:
    """Explain why a list of `what` could not be fetched."""
    if (temporary := _temporary(response)) is not None:
        return temporary
    if response.status == 403:
        return PsaRefusedType(f"Halo doesn't let the agent read {what}.", GRANT_PERMISSION)
    if response.status == 401:
        # The token was new (see client.py), so the credentials are good.
        return PsaListError(f"Halo accepts the credentials, but not for {what} (status 401).", GRANT_PERMISSION)
    if response.status == 200:
        return PsaUnavailable(f"Halo sent something that isn't a list of {what}.", WAIT)
    return PsaListError(f"Halo answered with {_status(response.status)} when asked for {what}.")


def _status(status: int) -> str:
    """Format a status with its name: status 404 (Not Found)."""
    try:
        return f"status {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"status {status}"


def _temporary(response: Response, kind: type[PsaUnavailable] = PsaUnavailable) -> PsaError | None:
    if response.status == 429:
        return PsaRateLimited(
            "Halo's request limit is used up.",
            "Resumes automatically as soon as Halo allows it.",
            retry_after=wait_seconds(response),
            allowed=responses.allowed(response),
        )
    temporary = responses.temporary_problem(response)
    return kind(*temporary) if temporary else None
