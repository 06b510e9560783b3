"""The errors that a sync gets when a request to ConnectWise fails. Pure: response in, error out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis import logins, messages
from portal.connectwise.resources import Resource
from portal.connectwise.responses import Kind, kind_of, wait_after
from portal.errors import (
    PsaError,
    PsaListError,
    PsaRateLimited,
    PsaRefusedCredentials,
    PsaRefusedType,
    PsaUnavailable,
    PsaUnreachable,
)
from portal.outbound import OutboundError, Response, TransportFailure
from portal.psa.transport_messages import WAIT

_NO_HOST: Final = {TransportFailure.REFUSED, TransportFailure.HOST_NOT_FOUND, TransportFailure.PRIVATE_ADDRESS}
_CUT_SHORT: Final = {TransportFailure.TIMED_OUT, TransportFailure.BROKEN}


def unanswered(error: OutboundError) -> PsaError:
    """Explain a call without a response. A slow or broken one may affect a single list only."""
    problem, remedy = messages.for_transport_error(error)
    kind: type[PsaError] = PsaError
    if error.failure in _NO_HOST:
        kind = PsaUnreachable
    elif error.failure in _CUT_SHORT:
        kind = PsaUnavailable
    elif error.failure == TransportFailure.TOO_LARGE:
        kind = PsaListError
    return kind(problem, remedy, field="site")


def refused_login(response: Response, credentials: Credentials) -> PsaError:
    """Explain an answer to /system/info that proves no login, by the rules of the connection test."""
    if (passing := _temporary(response)) is not None:
        return passing
    found = logins.refused(response, credentials)
    kind = PsaUnreachable if response.status == 200 else PsaRefusedCredentials
    return kind(found.problem, found.remedy, field=found.field)


def refused(response: Response, credentials: Credentials, words: str, permission: str = "") -> PsaError:
    """Explain why `words` could not be fetched. `permission` is the right that this takes, if it is known."""
    if (passing := _temporary(response)) is not None:
        return passing
    kind = kind_of(response)
    if kind in logins.KINDS:
        found = logins.refused(response, credentials)
        return PsaRefusedCredentials(found.problem, found.remedy, field=found.field)
    if kind is Kind.NO_PERMISSION:
        remedy = messages.grant(permission) if permission else messages.CHECK_ROLE
        return PsaRefusedType(f"ConnectWise doesn't let the API member read {words}.", remedy)
    if kind is Kind.ANSWER:
        return PsaUnavailable(f"ConnectWise sent something that isn't a list of {words}.", WAIT)
    return PsaListError(f"ConnectWise answered with {_status(response.status)} when asked for {words}.")


def refused_list(response: Response, credentials: Credentials, resource: Resource) -> PsaError:
    return refused(response, credentials, resource.words, resource.permission)


def _temporary(response: Response) -> PsaUnavailable | None:
    match kind_of(response):
        case Kind.RATE_LIMITED:
            return PsaRateLimited(
                "ConnectWise's request limit is used up.",
                "Resumes automatically as soon as ConnectWise allows it.",
                retry_after=wait_after(response),
            )
        case Kind.INTERNAL_PROBLEM:
            return PsaUnavailable(messages.INTERNAL.format(status=response.status), WAIT)
        case _:
            return None


def _status(status: int) -> str:
    """Format a status with its name: status 404 (Not Found)."""
    try:
        return f"status {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"status {status}"
