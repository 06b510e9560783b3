"""What a sync is told when Halo does not do what was asked. Pure: from an answer to the error that says it."""

from __future__ import annotations

from typing import Final

from portal.errors import PsaError, PsaRateLimited, PsaRefusedCredentials, PsaRefusedType, PsaUnavailable
from portal.halo import answers, stops
from portal.halo.remedies import (
    CHECK_ADDRESS,
    COMPARE_TENANT,
    FILL_TENANT,
    GRANT_PERMISSION,
    KEEP_AUTH_SERVER,
    LOG_IN_AS_AGENT,
    REGENERATE,
    WAIT,
)
from portal.outbound import Answer, OutboundError, Stop

_PASSING: Final = {Stop.REFUSED, Stop.TIMED_OUT, Stop.BROKEN, Stop.HOST_NOT_FOUND}


def stopped(error: OutboundError, field: str) -> PsaError:
    """Explain a call that got no answer; `field` is the form field that holds the address."""
    problem, remedy = stops.sentences(error, field)
    kind = PsaUnavailable if error.stop in _PASSING else PsaError
    return kind(problem, remedy, field=field)


def refused_token(answer: Answer) -> PsaError:
    """Explain an answer of the token endpoint that brought no token (halo-api.md section 1.3)."""
    if (passing := _passing(answer)) is not None:
        return passing
    code = answers.error_code(answer)
    if code == "invalid_scope":
        return PsaError("The application in Halo does not hold the permissions it was asked for.", GRANT_PERMISSION)
    if answer.status in {400, 401} and code != "invalid_request":
        return PsaRefusedCredentials(
            "Halo does not accept this Client ID or Client Secret.", REGENERATE, field="client_secret"
        )
    if answer.status == 404 or answers.is_redirect(answer):
        return PsaError("The Auth Server does not hand out tokens.", KEEP_AUTH_SERVER, field="auth_server")
    return PsaError(
        "Halo answered with a page instead of a token.", f"{FILL_TENANT} {COMPARE_TENANT}", field="tenant"
    )


def refused_agent(answer: Answer) -> PsaError:
    """Explain why the agent's profile was not read although there is a token (halo-api.md section 2)."""
    if (passing := _passing(answer)) is not None:
        return passing
    if answer.status in {401, 403}:
        return PsaError(
            "The credentials are right, but Halo does not let this application read.",
            f"{LOG_IN_AS_AGENT} {GRANT_PERMISSION}",
        )
    return PsaError(
        f"The Base URL answered with {answers.described(answer)}. It does not look like Halo.",
        CHECK_ADDRESS,
        field="base_url",
    )


def refused_list(answer: Answer, what: str) -> PsaError:
    """Explain why a page of `what` was not read."""
    if (passing := _passing(answer)) is not None:
        return passing
    if answer.status == 403:
        return PsaRefusedType(f"Halo does not let the agent read {what}.", GRANT_PERMISSION)
    if answer.status == 401:
        return PsaRefusedCredentials("Halo no longer accepts the portal's token.", REGENERATE, field="client_secret")
    if answer.status == 200:
        return PsaUnavailable(f"Halo answered with something that is not a list of {what}.", WAIT)
    return PsaError(f"Halo answered with status {answer.status} when asked for {what}.", WAIT)


def _passing(answer: Answer) -> PsaError | None:
    if answer.status == 429:
        return PsaRateLimited(
            "Halo's limit of requests is used up.",
            "The portal goes on by itself as soon as Halo allows it.",
            retry_after=answers.wait_seconds(answer),
            allowed=answers.allowed(answer),
        )
    passing = answers.passing(answer)
    return PsaUnavailable(*passing) if passing else None
