"""Why there is no token, from what the Auth Server said and from what worked instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from portal.halo import blame
from portal.halo.addresses import auth_server_of, tidy_base_url
from portal.halo.alternatives import Alternative
from portal.halo.answers import BREAKS_OFF, EMPTY, described, error_code, is_redirect
from portal.halo.blame import failed
from portal.halo.finding import Finding, Fix
from portal.halo.observation import Observation, Seen, grant_in
from portal.halo.remedies import (
    COMPARE_TENANT,
    FILL_TENANT,
    GRANT_PERMISSION,
    KEEP_AUTH_SERVER,
    REGENERATE,
    USE_CLIENT_SECRET,
    WAIT,
)
from portal.outbound import Answer, OutboundError, Stop

WRONG_CREDENTIALS: Final = "Halo does not accept this Client ID or Client Secret."
# What a token page says of an application (halo-api.md section 1.3); other pages say nothing of the kind.
INVALID_CLIENT: Final = "invalid_client"
OF_APPLICATION: Final = {
    "invalid_scope": ("The application in Halo does not hold the permissions it was asked for.", GRANT_PERMISSION),
    "unauthorized_client": ("The application in Halo does not log in with a Client Secret.", USE_CLIENT_SECRET),
    "unsupported_grant_type": ("The application in Halo does not log in with a Client Secret.", USE_CLIENT_SECRET),
}
# These stops are the address's fault; the others may befall one page only.
OF_ADDRESS: Final = frozenset({Stop.NOT_HTTPS, Stop.HOST_NOT_FOUND, Stop.PRIVATE_ADDRESS, Stop.REFUSED, Stop.TLS})


def explained(seen: Observation) -> Finding:
    """Explain a token that was not granted."""
    return next(found for found in _explanations(seen) if found is not None)


def _explanations(seen: Observation) -> Iterator[Finding | None]:
    """Go from what is proved to what is likely."""
    token = seen.token
    if isinstance(token, Answer):
        yield blame.mends_itself(token)
        yield _of_application(token)
    yield _what_worked(seen)
    if isinstance(seen.authinfo, OutboundError) and _lies_in_the_address(seen, seen.authinfo):
        yield blame.stopped(seen.authinfo, "base_url")
    if isinstance(token, OutboundError):
        yield blame.stopped(token, "auth_server")
    elif token is not None:
        yield from _refused(seen, token)


def _of_application(token: Answer) -> Finding | None:
    told = OF_APPLICATION.get(error_code(token))
    return failed(None, *told) if told else None


def _what_worked(seen: Observation) -> Finding | None:
    """Take the first that brought a token; else an Auth Server that talks as one, where the typed does not."""
    for other, answer in seen.tried:
        if grant_in(answer):
            return _swapped(seen, other) or failed(other.field, other.problem, other.remedy, other.fix)
    if _talks_of_clients(seen.token):
        return None
    for other, answer in seen.tried:
        if other.field == "auth_server" and _talks_of_clients(answer):
            return _swapped(seen, other) or failed(other.field, other.problem, other.remedy, other.fix)
    return None


def _swapped(seen: Observation, other: Alternative) -> Finding | None:
    base_url, auth_server = tidy_base_url(seen.typed.auth_server), auth_server_of(seen.typed.base_url)
    if not seen.neighbour_is_halo or other.changes.get("auth_server") != auth_server:
        return None
    fix = Fix("Swap them", {**other.changes, "base_url": base_url})
    return failed("auth_server", "Base URL and Auth Server are swapped.", KEEP_AUTH_SERVER, fix)


def _lies_in_the_address(seen: Observation, stop: OutboundError) -> bool:
    same_fate = isinstance(seen.token, OutboundError) and seen.has_one_host
    return stop.stop in OF_ADDRESS or same_fate


def _refused(seen: Observation, token: Answer) -> Iterator[Finding | None]:
    code = error_code(token)
    is_refusal = token.status in {400, 401} and code != "invalid_request"
    if is_refusal and (seen.info is not None or code == INVALID_CLIENT):
        yield _wrong_credentials(seen)
    if seen.info is None and isinstance(seen.authinfo, Answer):
        yield blame.mends_itself(seen.authinfo)
        yield blame.no_halo(seen, seen.authinfo)
    if is_refusal:
        yield _wrong_credentials(seen)
    yield blame.other_auth_server(seen)
    if token.status in {404, 405} or is_redirect(token):
        yield failed("auth_server", "The Auth Server does not hand out tokens.", KEEP_AUTH_SERVER)
    if described(token) in {EMPTY, BREAKS_OFF}:
        problem = f"The Auth Server answered with {described(token)} instead of a token."
        yield failed("auth_server", problem, f"{WAIT} {KEEP_AUTH_SERVER}")
    if seen.typed.tenant:
        problem = f"Halo answered with a page instead of a token: it may not know the tenant {seen.typed.tenant}."
        yield failed("tenant", problem, COMPARE_TENANT)
    yield failed("tenant", "Halo answered with a page instead of a token: it needs to know the tenant.", FILL_TENANT)


def _wrong_credentials(seen: Observation) -> Finding:
    """Name blanks at the ends if there are any, although the values are wrong without them too."""
    blanks = next((other for other, _ in seen.tried if other.field in {"client_id", "client_secret"}), None)
    if blanks is not None:
        return failed(blanks.field, blanks.problem, f"{blanks.remedy} {REGENERATE}", blanks.fix)
    return failed("client_secret", WRONG_CREDENTIALS, REGENERATE)


def _talks_of_clients(seen: Seen) -> bool:
    return isinstance(seen, Answer) and error_code(seen) == INVALID_CLIENT
