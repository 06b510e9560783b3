"""What went wrong, in the words of Halo's own screens. Pure: from what was observed to the error that says it.

The remedies are the guide's Troubleshooting part.
"""

from __future__ import annotations

from portal.errors import (
    PsaError,
    PsaRateLimited,
    PsaRefusedCredentials,
    PsaRefusedType,
    PsaUnavailable,
)
from portal.outbound import Answer, OutboundError, Stop

CHECK_ADDRESS = "Compare it with Resource Server in Halo: Configuration → Integrations → HaloPSA API."
KEEP_AUTH_SERVER = (
    "Leave Auth Server as it was filled in, unless you run a separate authorisation server. Halo shows it as"
    " Authorisation Server: Configuration → Integrations → HaloPSA API."
)
FILL_TENANT = (
    "For hosted Halo, fill in Tenant Name with the Tenant shown under Configuration → Integrations → HaloPSA API."
    " If it is filled in already, compare it letter by letter."
)
REGENERATE = (
    "Regenerate the secret in your HaloPSA API application and paste Client ID and Client Secret again, without"
    " blanks at the ends. Copy the Client ID after saving the application: it may change at the first save."
)
GRANT_PERMISSION = (
    "In Halo, open Configuration → Integrations → HaloPSA API → View Applications, choose the application, and grant"
    " the access on its Permissions tab. The role of the agent it logs in as must allow it too."
)
WAIT = "Nothing is lost; try again in a few minutes."

# Halo's window is minutes long; whoever asks for more is asked again after this.
LONGEST_WAIT_SECONDS = 3600.0

# The same few sentences whatever answers at a private address, so that nobody can explore a network with them.
_STOPPED: dict[Stop, tuple[str, str]] = {
    Stop.NOT_HTTPS: ("{host} is not an https address.", "Use the address that starts with https://."),
    Stop.HOST_NOT_FOUND: ("There is no host named {host}.", CHECK_ADDRESS),
    Stop.PRIVATE_ADDRESS: (
        "{host} cannot be reached from the internet.",
        "An on-premises Halo must be reachable from the internet, with a valid SSL certificate.",
    ),
    Stop.REFUSED: ("{host} refused the connection.", CHECK_ADDRESS),
    Stop.TLS: (
        "{host} has no valid SSL certificate.",
        "An on-premises Halo needs a certificate from a public authority, for this very name, that has not expired.",
    ),
    Stop.TIMED_OUT: ("{host} did not answer in time.", WAIT),
    Stop.TOO_LARGE: ("{host} sent an answer that is too large to be Halo's.", CHECK_ADDRESS),
    Stop.BROKEN: ("{host} broke off its answer.", WAIT),
}
_PASSING = {Stop.REFUSED, Stop.TIMED_OUT, Stop.BROKEN, Stop.HOST_NOT_FOUND}


def stopped(error: OutboundError, field: str) -> PsaError:
    """Explain a call that got no answer; `field` is the form field that holds the address."""
    problem, remedy = _STOPPED[error.stop]
    kind = PsaUnavailable if error.stop in _PASSING else PsaError
    return kind(problem.format(host=error.host), remedy, field=field)


def refused_token(answer: Answer) -> PsaError:
    """Explain an answer of the token endpoint that brought no token (halo-api.md section 1.3)."""
    if (passing := _passing(answer)) is not None:
        return passing
    if b"invalid_scope" in answer.body:
        return PsaError("The application in Halo does not hold the permissions it was asked for.", GRANT_PERMISSION)
    if answer.status in {400, 401} and b"invalid_request" not in answer.body:
        return PsaRefusedCredentials(
            "Halo does not accept this Client ID or Client Secret.", REGENERATE, field="client_secret"
        )
    if answer.status == 404 or answer.status in range(300, 400):
        return PsaError("The Auth Server does not hand out tokens.", KEEP_AUTH_SERVER, field="auth_server")
    return PsaError("Halo answered with a page instead of a token.", FILL_TENANT, field="tenant")


def refused_agent(answer: Answer) -> PsaError:
    """Explain why the agent's profile was not read although there is a token (halo-api.md section 2)."""
    if (passing := _passing(answer)) is not None:
        return passing
    if answer.status in {401, 403}:
        return PsaError(
            "The credentials are right, but Halo does not let this application read.",
            f"Set Login Type to Agent in the application, with the API agent. {GRANT_PERMISSION}",
        )
    return not_halo(answer)


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


def not_halo(answer: Answer) -> PsaError:
    """Explain an address that answers, but not as Halo does."""
    seen = f"status {answer.status}" if answer.status != 200 else "something that is not Halo's"
    return PsaError(
        f"The Base URL answered with {seen}. It does not look like Halo.", CHECK_ADDRESS, field="base_url"
    )


def _passing(answer: Answer) -> PsaError | None:
    if answer.status == 429:
        return PsaRateLimited(
            "Halo's limit of requests is used up.",
            "The portal goes on by itself as soon as Halo allows it.",
            retry_after=_seconds(answer.headers.get("retry-after", "")),
        )
    if answer.status >= 500:
        return PsaUnavailable(f"Halo has a problem of its own (status {answer.status}).", WAIT)
    return None


def _seconds(text: str) -> float | None:
    return min(float(text), LONGEST_WAIT_SECONDS) if text.isascii() and text.isdigit() else None
